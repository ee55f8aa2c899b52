import { convolutional } from './convolutional.ts';
import { correlations } from './correlations.ts';
import { draws } from './draws.ts';
import type { Experiment, Settings } from './experiment.ts';
import { explosion } from './explosion.ts';
import { finiteWidth } from './finite-width.ts';
import { functions } from './functions.ts';
import { jacobian } from './jacobian.ts';
import { kernelRegression } from './kernel-regression.ts';
import { ntk } from './ntk.ts';
import { parameterLaws } from './parameter-laws.ts';
import { reparametrisation } from './reparametrisation.ts';
import { surfaces } from './surfaces.ts';
import { training } from './training.ts';
import { trainingDynamics } from './training-dynamics.ts';

/** Every experiment, in the order in which they are listed to users. */
export const experiments: readonly Experiment[] = [
  draws,
  training,
  kernelRegression,
  reparametrisation,
  trainingDynamics,
  ntk,
  jacobian,
  finiteWidth,
  correlations,
  surfaces,
  functions,
  parameterLaws,
  explosion,
  convolutional,
].map((experiment) => experiment as unknown as Experiment<Settings>);

export function findExperiment(name: string): Experiment | undefined {
  return experiments.find((experiment) => experiment.name === name);
}
