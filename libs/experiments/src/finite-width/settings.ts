import { z } from 'zod';
import {
  anyNumber,
  describedKeys,
  positive,
  seed,
  someOf,
  wholeNumber,
  wholeNumbers,
} from '../settings.ts';
import { leastLayers, MOST_EXPONENT } from './ornstein-uhlenbeck.ts';

/** What can be drawn, in the order of the table. */
export const processes = ['relu', 'ornstein-uhlenbeck'] as const;
export type Process = (typeof processes)[number];

const MOST_WIDTHS = 32;

/**
 * Layers in a unit of time, at least: a normal of the streams is below 6.66 < sqrt(64), so that the
 * largest active coordinate of a ReLU network cannot become inactive in one layer.
 */
export const LEAST_LAYERS = 64;

const shape = {
  processes: someOf(processes)
    .default([...processes])
    .describe(
      'any of relu (psi = ReLU, every width) and ornstein-uhlenbeck (the psi of width 1 whose limit is one)',
    ),
  width: wholeNumbers(1, 4096, { atMost: MOST_WIDTHS })
    .default([1, 2, 3, 4, 5, 6, 7, 8, 64, 512])
    .describe('one or more n, the widths of the ReLU networks'),
  depth: wholeNumber(1, 1_000_000)
    .default(1000)
    .describe(
      'L, the layers, at least 64 T; more where a of the Ornstein-Uhlenbeck process is large',
    ),
  T: positive().default(1).describe('the time that the depth stands for; a layer is T / L'),
  initial: positive()
    .default(1)
    .describe('x: the coordinates of a ReLU network begin at x or -x, each by a fair coin'),
  reversion: positive()
    .default(0.25)
    .describe("a of the Ornstein-Uhlenbeck process dY = dB - a Y dt, for h'(y) = exp(a y^2)"),
  initialY: anyNumber()
    .default(1)
    .describe(`Y_0 of the Ornstein-Uhlenbeck process; a Y_0^2 at most ${MOST_EXPONENT}`),
  draws: wholeNumber(2, 2 ** 31 - 1)
    .default(20_000)
    .describe('draws of each network'),
  snapshots: wholeNumber(1, 1000)
    .default(10)
    .describe('layers after the first state at which networks are looked at, evenly spaced'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const finiteWidthSettings = z.strictObject(shape).superRefine((settings, context) => {
  const { depth, T, snapshots } = settings;
  const least = Math.ceil(LEAST_LAYERS * T);
  if (depth < least) {
    context.addIssue({
      code: 'custom',
      path: ['depth'],
      message: `must be at least ${LEAST_LAYERS} T = ${least}, as in a longer step all units of a network could become inactive`,
    });
  }
  if (settings.processes.includes('ornstein-uhlenbeck')) {
    const { reversion, initialY } = settings;
    const exponent = reversion * initialY ** 2;
    if (exponent > MOST_EXPONENT) {
      context.addIssue({
        code: 'custom',
        path: ['initialY'],
        message: `must be from -${shown(reversion)} to ${shown(reversion)} where reversion is ${reversion}, as X_0 grows like exp(reversion initialY^2) and is kept in 32 bits`,
      });
    }
    const stable = Math.ceil(leastLayers(settings));
    if (exponent <= MOST_EXPONENT && depth >= least && depth < stable) {
      context.addIssue({
        code: 'custom',
        path: ['depth'],
        message: `must be at least ${stable} for the Ornstein-Uhlenbeck process of reversion ${reversion} from ${initialY}, as in longer steps X_t would leave the numbers of 32 bits; or leave it out with processes=relu`,
      });
    }
  }
  if (snapshots > depth) {
    context.addIssue({
      code: 'custom',
      path: ['snapshots'],
      message: `must be at most the depth, ${depth}`,
    });
  }
});

/** The largest Y_0 of a reversion, rounded down. */
function shown(reversion: number): number {
  return Math.floor(1000 * Math.sqrt(MOST_EXPONENT / reversion)) / 1000;
}

export type FiniteWidthSettings = z.output<typeof finiteWidthSettings>;
export const finiteWidthKeys = describedKeys(shape);

/** The networks that are drawn: those with ReLU by width, then that of width 1. */
export function networksOf({ processes, width }: FiniteWidthSettings) {
  return processes.flatMap((process) =>
    (process === 'relu' ? width : [1]).map((width) => ({ process, width })),
  );
}

/** The layers after which networks are looked at, from 0 to L. */
export function keptLayers({ depth, snapshots }: FiniteWidthSettings): number[] {
  return Array.from({ length: snapshots + 1 }, (_, i) => Math.round((i * depth) / snapshots));
}
