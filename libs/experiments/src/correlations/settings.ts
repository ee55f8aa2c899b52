import { NoEdgeOfChaosError } from '@resdiff/limits';
import { z } from 'zod';
import {
  describedKeys,
  notNegative,
  oneOf,
  positive,
  seed,
  someOf,
  wholeNumber,
} from '../settings.ts';
import { models, parameterLaw, type ModelScales } from './models.ts';

/** Rows of the merged table at most. */
const MOST_ROWS = 20_000_000;

const shape = {
  models: someOf(models)
    .default([...models])
    .describe(
      'any of residual-tanh, residual-swish, feedforward-tanh and feedforward-relu (both at the edge of chaos)',
    ),
  points: wholeNumber(2, 128)
    .default(40)
    .describe(
      'inputs z, the middles of so many equal parts of [-range, range]; x_0 is z in every coordinate',
    ),
  range: positive().default(2).describe('how far the inputs reach on either side of 0'),
  width: wholeNumber(1, 100_000).default(500).describe('D, the coordinates of the state'),
  depth: wholeNumber(1, 1_000_000).default(500).describe('L, the layers'),
  T: positive().default(1).describe('residual: the time that the depth stands for'),
  sigmaW: notNegative().default(1).describe('residual: sigma_w, a standard deviation'),
  sigmaB: notNegative().default(1).describe('residual: sigma_b, a standard deviation'),
  edgeSigmaB: positive()
    .default(0.2)
    .describe('feedforward tanh: sigma_b at the edge of chaos, from which sigma_w follows'),
  coordinates: oneOf(['all', 'first'])
    .default('all')
    .describe('which coordinates of the final state are averaged over: all, or first'),
  draws: wholeNumber(1, 1_000_000).default(200).describe('draws of each model'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const correlationsSettings = z.strictObject(shape).superRefine((settings, context) => {
  const refuse = (key: keyof typeof shape, message: string) =>
    context.addIssue({ code: 'custom', path: [key], message });
  const most = Math.floor(MOST_ROWS / (settings.models.length * pairCount(settings)));
  if (settings.draws > most) {
    refuse(
      'draws',
      `must be at most ${most} with ${settings.points} points and these models, as the table has a row for each pair of inputs of each draw; take fewer points or models for more`,
    );
  }
  const problem = settings.models.includes('feedforward-tanh') && whyNoEdge(settings);
  if (problem) refuse('edgeSigmaB', `must give an edge of chaos: ${problem}`);
});

export type CorrelationsSettings = z.output<typeof correlationsSettings>;
export const correlationsKeys = describedKeys(shape);

function whyNoEdge(scales: ModelScales): string | undefined {
  try {
    parameterLaw('feedforward-tanh', scales);
    return undefined;
  } catch (error) {
    if (error instanceof NoEdgeOfChaosError) return error.message.replace(/\.$/, '');
    throw error;
  }
}

/** How many pairs of inputs there are, each input with itself among them. */
export function pairCount({ points }: Pick<CorrelationsSettings, 'points'>): number {
  return (points * (points + 1)) / 2;
}

/** The inputs z in increasing order: the middles of equal parts of [-range, range]. */
export function inputsOf({ points, range }: CorrelationsSettings): number[] {
  return Array.from({ length: points }, (_, i) => (range * (2 * i - points + 1)) / points);
}

/** How many coordinates of a draw are averaged over. */
export function keptCoordinates({ coordinates, width }: CorrelationsSettings): number {
  return coordinates === 'all' ? width : 1;
}
