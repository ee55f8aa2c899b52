import { edgeOfChaosPoints, NoEdgeOfChaosError } from '@resdiff/limits';
import { activationNames, findActivation } from '@resdiff/networks';
import { z } from 'zod';
import {
  activation,
  areSized,
  asList,
  describedKeys,
  oneOf,
  positive,
  seed,
  sizedMembers,
  wholeNumber,
  wholeNumbers,
} from '../settings.ts';

export const kinds = ['residual', 'feedforward'] as const;

/** Scales the weights of a feedforward network so that correlations and gradients stay. */
export const EDGE_OF_CHAOS = 'edge-of-chaos';

/** Networks of a run at most: each is a panel of the figure. */
const MOST_NETWORKS = 36;
/** Numbers of a state at most: the sampler holds those of all inputs. */
const MOST_NUMBERS = 2 ** 27;

/** Settings that are wrong by themselves are not held against others. */
const abort = true;

const activationsError = `must be a list of different activations out of ${activationNames.join(', ')}`;
const sigmaWError = `must be a finite number, 0 or above, or ${EDGE_OF_CHAOS}, or a list of one for each activation`;
const sigmaBError =
  'must be a finite number, 0 or above, or a list of one for each activation, such as [0.2, 0]';
const intervalError = 'must be two ascending finite numbers, such as [-2, 2]';
const toleranceError = 'must be a number from 0.000001 to below 1';

const shape = {
  kind: oneOf(kinds)
    .default('residual')
    .describe('residual, or feedforward: of preactivations, without T'),
  activations: z
    .preprocess(
      asList,
      z
        .array(activation(), { error: activationsError })
        .min(1, { error: activationsError, abort })
        .refine((list) => new Set(list).size === list.length, { error: activationsError }),
    )
    .default(['tanh', 'swish'])
    .describe(`one or more activations phi: ${activationNames.join(', ')}`),
  depths: wholeNumbers(1, 100_000).default([10, 100, 500]).describe('one or more L, the layers'),
  widths: wholeNumbers(1, 100_000)
    .default([10, 100, 500])
    .describe('one or more D, the coordinates of the state; every L goes with every D'),
  T: positive()
    .default(1)
    .describe('the time that the depth stands for; a layer is T / L; 1 for feedforward networks'),
  sigmaW: z
    .preprocess(
      asList,
      z
        .array(
          z.union([z.number().nonnegative({ error: sigmaWError }), z.literal(EDGE_OF_CHAOS)], {
            error: sigmaWError,
          }),
          {
            error: sigmaWError,
          },
        )
        .min(1, { error: sigmaWError, abort })
        .refine(areSized, sizedMembers),
    )
    .default([1])
    .describe(
      'sigma_w: one, or a list of one for each activation; edge-of-chaos finds that of feedforward networks for their sigmaB',
    ),
  sigmaB: z
    .preprocess(
      asList,
      z
        .array(z.number({ error: sigmaBError }).nonnegative({ error: sigmaBError, abort }), {
          error: sigmaBError,
        })
        .min(1, { error: sigmaBError, abort })
        .refine(areSized, sizedMembers),
    )
    .default([1])
    .describe('sigma_b: one, or a list of one for each activation'),
  interval: z
    .preprocess(
      asList,
      z
        .tuple([z.number({ error: intervalError }), z.number({ error: intervalError })], {
          error: intervalError,
        })
        .refine(([from, to]) => from < to, { error: intervalError, abort })
        .refine(areSized, sizedMembers),
    )
    .default([-2, 2])
    .describe('where the inputs z lie, evenly spaced; x_0 is z in every coordinate'),
  draws: wholeNumber(1, 2 ** 31 - 1)
    .default(10_000)
    .describe('draws of each network'),
  tablePoints: wholeNumber(2, 1000)
    .default(21)
    .describe('inputs at which every draw is kept: those of the quantiles'),
  curves: wholeNumber(0, 1000)
    .default(5)
    .describe('draws that are kept, and drawn in the figure, as whole functions'),
  points: wholeNumber(2, 10_001)
    .default(401)
    .describe('inputs of a whole function; tablePoints - 1 must divide points - 1'),
  tolerance: z
    .number({ error: toleranceError })
    .min(1e-6, { error: toleranceError })
    .lt(1, { error: toleranceError })
    .default(1e-5)
    .describe('the error that interpolation may make, relative to the largest value of a draw'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const functionsSettings = z.strictObject(shape).superRefine((settings, context) => {
  const { kind, activations, depths, widths, T, tablePoints, points } = settings;
  const refuse = (key: keyof typeof shape, message: string) =>
    context.addIssue({ code: 'custom', path: [key], message });
  const networks = activations.length * depths.length * widths.length;
  if (networks > MOST_NETWORKS) {
    refuse(
      'widths',
      `must make at most ${MOST_NETWORKS} networks with activations and depths, not ${networks}`,
    );
  }
  if (points * widths.at(-1)! > MOST_NUMBERS) {
    refuse(
      'points',
      `must be at most ${Math.floor(MOST_NUMBERS / widths.at(-1)!)} at the width ${widths.at(-1)}`,
    );
  }
  if ((points - 1) % (tablePoints - 1) !== 0) {
    refuse(
      'tablePoints',
      `must be one more than a divisor of points - 1 = ${points - 1}, so that its inputs are among the ${points}`,
    );
  }
  if (kind === 'feedforward' && T !== 1) {
    refuse('T', 'must be 1 or left out with kind=feedforward, whose layers are no steps of time');
  }
  for (const key of ['sigmaW', 'sigmaB'] as const) {
    const count = settings[key].length;
    if (count !== 1 && count !== activations.length) {
      refuse(key, `must have one number, or ${activations.length}: one for each activation`);
      return;
    }
  }
  if (!settings.sigmaW.includes(EDGE_OF_CHAOS)) return;
  if (kind === 'residual') {
    refuse('sigmaW', 'must be a number with kind=residual, which has no edge of chaos');
    return;
  }
  for (const [i, name] of activations.entries()) {
    const missing =
      eachActivation(settings.sigmaW, i) === EDGE_OF_CHAOS
        ? whyNoEdge(name, eachActivation(settings.sigmaB, i))
        : undefined;
    if (missing !== undefined) refuse('sigmaW', `must be a number here: ${missing}`);
  }
});
export type FunctionsSettings = z.output<typeof functionsSettings>;
export const functionsKeys = describedKeys(shape);

/** The member of a list of one for all activations, or of one for each, that is the i-th's. */
export function eachActivation<Item>(list: readonly Item[], i: number): Item {
  return list.length === 1 ? list[0] : list[i];
}

function whyNoEdge(name: string, sigmaB: number): string | undefined {
  try {
    edgeOfChaosPoints(findActivation(name)!, sigmaB);
    return undefined;
  } catch (error) {
    if (!(error instanceof NoEdgeOfChaosError)) throw error;
    return error.message.replace(/\.$/, '');
  }
}
