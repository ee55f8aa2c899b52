import { draws } from './draws.ts';
import type { Experiment, Settings } from './experiment.ts';

/** Every experiment, in the order in which they are listed to users. */
export const experiments: readonly Experiment[] = [draws].map(
  (experiment) => experiment as unknown as Experiment<Settings>,
);

export function findExperiment(name: string): Experiment | undefined {
  return experiments.find((experiment) => experiment.name === name);
}
