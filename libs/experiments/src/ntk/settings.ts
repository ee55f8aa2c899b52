import {
  activationNames,
  copiedInput,
  findActivation,
  type ResidualNetwork,
} from '@resdiff/networks';
import { ntkCost } from '@resdiff/sampler';
import { z } from 'zod';
import {
  activation,
  describedKeys,
  notNegative,
  numbers,
  positive,
  seed,
  wholeNumber,
  wholeNumbers,
} from '../settings.ts';

/** Draws of one size have indices of their own, below those of the next: see `drawIndex`. */
export const MOST_DRAWS = 100_000;
const MOST_SIZE = 10_000;
/** What WebAssembly can address, halved, as the sampler has it. */
const MOST_BYTES = 2 ** 31;

const shape = {
  activation: activation()
    .default('tanh')
    .describe(`the activation phi: ${activationNames.join(', ')}`),
  inputs: numbers(8).default([1, 2]).describe('the inputs z; x_0 is z in every coordinate'),
  size: wholeNumbers(1, MOST_SIZE, { atMost: 20 })
    .default([20, 50, 100, 200, 500])
    .describe('one or more D = L: the width and the depth'),
  T: positive().default(1).describe('the time that the depth stands for; a layer is T / L'),
  sigmaW: notNegative().default(1).describe('sigma_w, a standard deviation'),
  sigmaB: notNegative().default(1).describe('sigma_b, a standard deviation'),
  draws: wholeNumber(1, MOST_DRAWS).default(1000).describe('networks of each size'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const ntkSettings = z.strictObject(shape).superRefine((settings, context) => {
  const largest = settings.size.at(-1) ?? 0;
  const isRefusedAlready = largest < 1 || largest > MOST_SIZE;
  if (isRefusedAlready) return;
  const { bytes } = ntkCost(networkOf(settings, largest));
  if (bytes <= MOST_BYTES) return;
  context.addIssue({
    code: 'custom',
    path: ['size'],
    message: `must take at most ${gigabytes(MOST_BYTES)} of memory, as a draw remembers all its layers; with ${settings.inputs.length} inputs, D = L = ${largest} takes ${gigabytes(bytes)}`,
  });
});

export type NtkSettings = z.output<typeof ntkSettings>;
export const ntkKeys = describedKeys(shape);

/** The residual network of one size, and its initial states. */
export function networkOf(
  { activation, inputs, T, sigmaW, sigmaB }: NtkSettings,
  size: number,
): { readonly network: ResidualNetwork; readonly initial: Float64Array[] } {
  return {
    network: {
      ...{ width: size, depth: size, T, sigmaW, sigmaB },
      activation: findActivation(activation)!,
    },
    initial: inputs.map((z) => copiedInput(z, size)),
  };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
