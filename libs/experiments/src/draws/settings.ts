import {
  activationNames,
  diffusionLimit,
  findActivation,
  type ResidualNetwork,
} from '@resdiff/networks';
import { z } from 'zod';
import {
  activation,
  notNegative,
  numbers,
  oneOf,
  positive,
  seed,
  someOf,
  wholeNumber,
} from '../settings.ts';

/** What can be drawn, in the order of the table. */
export const processes = ['resnet', 'sde', 'limit'] as const;
export type Process = (typeof processes)[number];

/** As many as an int16 column can number. */
const MOST_COORDINATES = 2 ** 15;

const shape = {
  activation: activation()
    .default('tanh')
    .describe(`the activation phi: ${activationNames.join(', ')}`),
  inputs: numbers(1000).default([0, 1]).describe('the inputs z; x_0 is z in every coordinate'),
  width: wholeNumber(1, 100_000).default(500).describe('D, the coordinates of the state'),
  depth: wholeNumber(1, 1_000_000).default(500).describe('L, the layers or Euler steps'),
  T: positive().default(1).describe('the time that the depth stands for; a layer is T / L'),
  sigmaW: notNegative().default(1).describe('sigma_w, a standard deviation'),
  sigmaB: notNegative().default(1).describe('sigma_b, a standard deviation'),
  draws: wholeNumber(1, 2 ** 31 - 1)
    .default(10_000)
    .describe('draws of each process'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
  processes: someOf(processes)
    .default([...processes])
    .describe(
      'any of resnet (the recursion), sde (the Euler scheme of its limit), limit (the transition density)',
    ),
  coordinates: oneOf(['first', 'all'])
    .default('first')
    .describe('which coordinates of x_T are kept: first, or all'),
};

export const drawsSettings = z.strictObject(shape).superRefine((settings, context) => {
  if (settings.coordinates === 'all' && settings.width > MOST_COORDINATES) {
    context.addIssue({
      code: 'custom',
      path: ['width'],
      message: `must be at most ${MOST_COORDINATES} with coordinates=all, as the table numbers coordinates in 16 bits`,
    });
  }
  const limits = settings.processes.filter((process) => process !== 'resnet');
  const limit = diffusionLimit(activationOf(settings));
  if (limits.length > 0 && !limit.exists) {
    context.addIssue({
      code: 'custom',
      path: ['activation'],
      message: `must have a diffusion limit for the ${limits.join(' and the ')} process: ${limit.reason} Draw the network alone with processes=resnet, or take another activation`,
    });
  }
});

export type DrawsSettings = z.output<typeof drawsSettings>;

export const drawsKeys = Object.fromEntries(
  Object.entries(shape).map(([key, { description }]) => [key, description]),
) as Record<keyof DrawsSettings, string>;

function activationOf({ activation }: Pick<DrawsSettings, 'activation'>) {
  return findActivation(activation)!;
}

/** The residual network that the settings describe. */
export function networkOf(settings: DrawsSettings): ResidualNetwork {
  const { width, depth, T, sigmaW, sigmaB } = settings;
  return { width, depth, T, sigmaW, sigmaB, activation: activationOf(settings) };
}

/** How many coordinates of a draw are kept. */
export function keptCoordinates({ coordinates, width }: DrawsSettings): number {
  return coordinates === 'all' ? width : 1;
}
