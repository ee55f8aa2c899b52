import { isWideEnough, keepsMeans, residualWidthShare } from '../infinite-width.ts';
import { meanDegrees, scaleScatter, secondMomentDegrees } from '../sampling-error.ts';
import { spread } from '../spread.ts';
import { estimate, type Coordinates, type Estimate } from '../summary.ts';
import { verdictBasis, type Held, type VerdictBasis } from '../verdict-basis.ts';
import type { CaseSample, Statistic } from './samples.ts';
import {
  centreOf,
  inputsOf,
  networkOf,
  type Case,
  type ConvolutionalSettings,
} from './settings.ts';
import { finiteDepthPrediction, type Prediction } from './theory.ts';

/** Standard errors up to this part of a value are within what states of 32 bits resolve. */
const RESOLUTION = 1e-6;

/** The names of the statistics' means over draws. */
const quantities = {
  mean: 'mean',
  square: 'secondMoment',
  centreProduct: 'centreProduct',
} as const satisfies Record<Statistic, string>;

export interface ConvolutionalEstimates {
  readonly all: readonly Estimate[];
  /** Those of `all` against the theory of the same depth. */
  readonly finiteDepth: readonly Estimate[];
  /** Of those of `finiteDepth` of cases that lost no draw. */
  readonly basis: VerdictBasis;
}

/** Moments at some sites of every image, against the theory of the same depth and the limit. */
export function estimateConvolutional(
  settings: ConvolutionalSettings,
  samples: readonly CaseSample[],
  limit: Prediction | undefined,
): ConvolutionalEstimates {
  const held = samples.map((sample) => ({
    sample,
    finiteDepth: heldAgainst(
      settings,
      sample,
      'finite depth',
      finiteDepthPrediction(settings, sample),
    ),
    limit: limit ? heldAgainst(settings, sample, 'limit', limit) : [],
  }));
  return {
    all: [
      ...held.flatMap(({ finiteDepth, limit }) => [...finiteDepth, ...limit]),
      ...samples.map(({ process, size, lost }) =>
        estimate('nonFiniteDraws', { process, size }, { value: lost }),
      ),
    ],
    finiteDepth: held.flatMap(({ finiteDepth }) => finiteDepth),
    basis: verdictBasis(
      held.flatMap(({ sample, finiteDepth }) =>
        sample.lost === 0 ? fitness(settings, sample, finiteDepth) : [],
      ),
    ),
  };
}

/** The sites in the corners, in the middles of the sides and in the middle of an image. */
export function comparedSites({
  rows,
  columns,
}: Pick<ConvolutionalSettings, 'rows' | 'columns'>): number[] {
  const places = (count: number) => [...new Set([0, Math.floor(count / 2), count - 1])];
  return places(rows).flatMap((row) => places(columns).map((column) => row * columns + column));
}

function heldAgainst(
  settings: ConvolutionalSettings,
  { process, size, values }: CaseSample,
  theory: string,
  { source, moments: { m, lambda } }: Prediction,
): Estimate[] {
  const { rows, columns } = settings;
  const sites = m.length;
  const centre = centreOf(settings);
  return Array.from({ length: sites / (rows * columns) }, (_, image) => image).flatMap((image) =>
    comparedSites(settings).flatMap((within) => {
      const site = image * rows * columns + within;
      const other = image * rows * columns + centre;
      const at: Coordinates = {
        ...{ process, size, image },
        ...{ row: Math.floor(within / columns), column: within % columns, theory },
      };
      const held = (statistic: Statistic, expected: number) => {
        const { mean, se } = spread([...values[statistic][site]]);
        const resolution = RESOLUTION * Math.abs(mean);
        return estimate(
          quantities[statistic],
          at,
          { value: mean, se },
          { expected, source, resolution },
        );
      };
      return [
        held('mean', m[site]),
        held('square', lambda[site * sites + site]),
        ...(within === centre ? [] : [held('centreProduct', lambda[site * sites + other])]),
      ];
    }),
  );
}

/** The Euler scheme is linear where phi''(0) = 0: its mean field is exact at every width. */
function fitness(
  settings: ConvolutionalSettings,
  { process, size }: Case,
  estimates: readonly Estimate[],
): Held[] {
  const { draws, kernel, patchScaling } = settings;
  const network = networkOf(settings, size);
  const { activation } = network;
  // A fully connected network whose variances grow as much, since patches have up to K^2 sites.
  const sigmaW = patchScaling === 'none' ? kernel * network.sigmaW : network.sigmaW;
  const connected = { ...network, sigmaW };
  const largest = Math.max(...inputsOf(settings).map((z) => z ** 2));
  const isLinear = process === 'sde' && activation.atZero.ddphi === 0;
  const share = isLinear
    ? 0
    : process === 'sde'
      ? 1 / size
      : residualWidthShare(connected, largest);
  const exact = isWideEnough(share, draws * size);
  const scatter = scaleScatter(connected);
  const degrees = secondMomentDegrees({ draws, coordinates: size, scatter });
  return estimates.map((each) =>
    each.quantity === 'mean'
      ? { estimate: each, exact: exact || keepsMeans(activation), degrees: meanDegrees(draws) }
      : { estimate: each, exact, degrees },
  );
}
