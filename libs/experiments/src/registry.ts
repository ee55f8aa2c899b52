import { draws } from './draws.ts';
import type { Experiment, Settings } from './experiment.ts';
import { kernelRegression } from './kernel-regression.ts';
import { reparametrisation } from './reparametrisation.ts';
import { training } from './training.ts';
import { trainingDynamics } from './training-dynamics.ts';

/** Every experiment, in the order in which they are listed to users. */
export const experiments: readonly Experiment[] = [
  draws,
  training,
  kernelRegression,
  reparametrisation,
  trainingDynamics,
].map((experiment) => experiment as unknown as Experiment<Settings>);

export function findExperiment(name: string): Experiment | undefined {
  return experiments.find((experiment) => experiment.name === name);
}
