import { explosionTime, limitParameters } from '@resdiff/limits';
import { activationNames, diffusionLimit, findActivation } from '@resdiff/networks';
import { z } from 'zod';
import {
  describedKeys,
  notNegative,
  numbers,
  positive,
  seed,
  someOf,
  wholeNumber,
  wholeNumbers,
} from '../settings.ts';

/** What is followed until it diverges, in the order of the table. */
export const processes = ['resnet', 'sde'] as const;
export type Process = (typeof processes)[number];

/** The figure tells so many apart. */
const MOST_ACTIVATIONS = 4;
const thresholdsError = 'must be a list of 1 to 20 different numbers above 0, such as [10, 100]';

const shape = {
  activations: someOf(activationNames)
    .refine((names) => names.length <= MOST_ACTIVATIONS, {
      error: `must be at most ${MOST_ACTIVATIONS}`,
      abort: true,
    })
    .default(['swish', 'gelu', 'softplus-shifted'])
    .describe(`one to ${MOST_ACTIVATIONS} activations phi: ${activationNames.join(', ')}`),
  inputs: numbers(4)
    .default([0, 1, 2])
    .describe('the inputs z, each on its own; x_0 is z in every coordinate'),
  size: wholeNumbers(1, 100_000)
    .default([50, 100, 200, 400, 800])
    .describe('one or more D = L: the width and the depth'),
  horizon: positive()
    .default(3)
    .describe('T, which the depth stands for, in units of the time at which the limit explodes'),
  thresholds: numbers(20)
    .refine((list) => list.every((value) => value > 0), { error: thresholdsError })
    .transform((list) => list.toSorted((a, b) => a - b))
    .default([3, 10, 30, 100, 300, 1000, 10_000])
    .describe('values of |x|^2 / D whose passing is timed; the largest counts as divergence'),
  sigmaW: notNegative().default(1).describe('sigma_w, a standard deviation'),
  sigmaB: notNegative().default(1).describe('sigma_b, a standard deviation'),
  draws: wholeNumber(2, 10_000_000).default(200).describe('draws of each process, input and size'),
  processes: someOf(processes)
    .default([...processes])
    .describe('any of resnet (the recursion) and sde (the Euler scheme of its limit)'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const explosionSettings = z.strictObject(shape).superRefine((settings, context) => {
  for (const activation of settings.activations) {
    const limit = diffusionLimit(findActivation(activation)!);
    const tame = limit.exists
      ? settings.inputs.filter((z) => limitExplosion(settings, activation, z) === Infinity)
      : [];
    if (limit.exists && tame.length === 0) continue;
    context.addIssue({
      code: 'custom',
      path: [limit.exists ? 'inputs' : 'activations'],
      message: limit.exists
        ? `must have a limit that explodes: that of ${activation} never does for z = ${tame.join(', ')}`
        : `must have a diffusion limit: ${limit.reason.replace(/\.$/, '')}`,
    });
  }
});

export type ExplosionSettings = z.output<typeof explosionSettings>;

export const explosionKeys = describedKeys(shape);

/** When the doubly infinite limit of an input explodes; Infinity if never. */
export function limitExplosion(
  scales: Pick<ExplosionSettings, 'sigmaW' | 'sigmaB'>,
  activation: string,
  z: number,
): number {
  return explosionTime(z, z * z, limitParameters(findActivation(activation)!, scales));
}

/** One process, activation, input and size: what is drawn `draws` times. */
export interface Case {
  readonly process: Process;
  readonly activation: string;
  readonly z: number;
  readonly size: number;
}

export function casesOf({ processes, activations, inputs, size }: ExplosionSettings): Case[] {
  return size.flatMap((size) =>
    processes.flatMap((process) =>
      activations.flatMap((activation) => inputs.map((z) => ({ process, activation, z, size }))),
    ),
  );
}

/** The residual network of a case. */
export function networkOf(settings: ExplosionSettings, { activation, z, size }: Case) {
  const { sigmaW, sigmaB, horizon } = settings;
  return {
    width: size,
    depth: size,
    T: horizon * limitExplosion(settings, activation, z),
    sigmaW,
    sigmaB,
    activation: findActivation(activation)!,
  };
}
