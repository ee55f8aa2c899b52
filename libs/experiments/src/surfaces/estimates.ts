import { moments, pairMoments } from '@resdiff/analysis';
import { isWideEnough, keepsMeans, residualWidthShare } from '../infinite-width.ts';
import { meanDegrees, scaleScatter, secondMomentDegrees } from '../sampling-error.ts';
import { estimate, type Coordinates, type Estimate } from '../summary.ts';
import { verdictBasis, type Held, type VerdictBasis } from '../verdict-basis.ts';
import { comparedPoints, type SurfaceSample } from './samples.ts';
import { networkOf, type SurfacesSettings } from './settings.ts';
import { finiteDepthPrediction, limitPrediction, type Input, type Prediction } from './theory.ts';

/** Standard errors up to this are within what states of 32 bits and interpolation resolve. */
const RESOLUTION = 1e-5;

export interface SurfaceEstimates {
  readonly all: readonly Estimate[];
  /** Those of `all` against the theory of the same depth. */
  readonly finiteDepth: readonly Estimate[];
  /** Of those of `finiteDepth` with activations that lost no draw. */
  readonly basis: VerdictBasis;
}

/** Moments over draws at some inputs with each activation, and how many draws it lost. */
export function estimateSurfaces(
  settings: SurfacesSettings,
  samples: readonly SurfaceSample[],
): SurfaceEstimates {
  const held = samples.map((sample) => heldAgainst(settings, sample));
  return {
    all: [
      ...held.flatMap(({ finiteDepth, limit }) => [...finiteDepth, ...limit]),
      ...samples.map(({ activation, lost }) =>
        estimate('nonFiniteDraws', { activation }, { value: lost }),
      ),
    ],
    finiteDepth: held.flatMap(({ finiteDepth }) => finiteDepth),
    basis: verdictBasis(
      held.flatMap(({ finiteDepth }, i) =>
        samples[i].lost === 0 ? fitness(settings, samples[i].activation, finiteDepth) : [],
      ),
    ),
  };
}

function fitness(
  settings: SurfacesSettings,
  activation: string,
  estimates: readonly Estimate[],
): Held[] {
  const { draws, range, sigmaZ } = settings;
  const network = networkOf(settings, activation);
  const largest = 2 * (sigmaZ * range) ** 2;
  const isWide = isWideEnough(residualWidthShare(network, largest), draws);
  const second = secondMomentDegrees({ draws, scatter: scaleScatter(network) });
  return estimates.map((each) =>
    each.quantity === 'mean'
      ? {
          estimate: each,
          exact: isWide || keepsMeans(network.activation),
          degrees: meanDegrees(draws),
        }
      : { estimate: each, exact: isWide, degrees: second },
  );
}

function heldAgainst(settings: SurfacesSettings, sample: SurfaceSample) {
  const { activation, inputs } = sample;
  const z = comparedPoints(settings).map(([i, j]): Input => [inputs[i], inputs[j]]);
  const limit = limitPrediction(settings, activation, z);
  return {
    finiteDepth: hold(sample, z, 'finite depth', finiteDepthPrediction(settings, activation, z)),
    limit: limit ? hold(sample, z, 'limit', limit) : [],
  };
}

/** Means and variances at the inputs, and the covariances of neighbours, beside a prediction. */
function hold(
  { activation, values }: SurfaceSample,
  z: readonly Input[],
  theory: string,
  { source, law }: Prediction,
): Estimate[] {
  const empty = values[0].length === 0;
  const held = (
    quantity: string,
    at: Coordinates,
    found: readonly [number | null | undefined, number | null | undefined],
    expected: number,
  ) =>
    estimate(
      quantity,
      { activation, ...at, theory },
      { value: found[0] ?? null, se: found[1] ?? null },
      { expected, source, resolution: RESOLUTION },
    );
  return z.flatMap((input, i) => {
    const own = empty ? undefined : moments(values[i]);
    const next = i + 1 < z.length && !empty ? pairMoments(values[i], values[i + 1]) : undefined;
    const row = i * z.length + i;
    return [
      held('mean', { z: input }, [own?.mean, own?.meanSe], law.mean[i]),
      held('variance', { z: input }, [own?.variance, own?.varianceSe], law.covariance[row]),
      ...(i + 1 < z.length
        ? [
            held(
              'covariance',
              { z: input, otherZ: z[i + 1] },
              [next?.covariance, next?.covarianceSe],
              law.covariance[row + 1],
            ),
          ]
        : []),
    ];
  });
}
