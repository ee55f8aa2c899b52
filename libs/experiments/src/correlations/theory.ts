import {
  coordinateLaw,
  copiedInputsCorrelation,
  copiedInputsMeanField,
  explosionTime,
  feedforwardCovariances,
  limitParameters,
  mehlerCovariances,
  networkMeanField,
  transitionDensity,
} from '@resdiff/limits';
import { activationOf, isResidual, parameterLaw, type Model } from './models.ts';
import type { CorrelationsSettings } from './settings.ts';

/** What theory says of the correlations of a model, and which theory. */
export interface Prediction {
  readonly source: string;
  /** N x N, row-major; NaN where an input has no variation. */
  readonly correlations: Float64Array;
}

/** At the depth of the settings, with only the width taken to infinity, for these inputs. */
export function finiteDepthPrediction(
  model: Model,
  settings: CorrelationsSettings,
  z: readonly number[],
): Prediction {
  const { depth } = settings;
  return isResidual(model)
    ? {
        source: `mean field of the recursion, D = infinity, L = ${depth}`,
        correlations: normalised(residualCovariances(model, settings, z)),
      }
    : {
        source: `mean-field correlation map, D = infinity, L = ${depth}`,
        correlations: normalised(mappedCovariances(model, settings, z)),
      };
}

/** Of residual networks in the doubly infinite limit; undefined if there is none at T. */
export function limitPrediction(
  model: Model,
  settings: CorrelationsSettings,
  z: readonly number[],
): Prediction | undefined {
  if (!isResidual(model)) return undefined;
  const { T } = settings;
  const activation = activationOf(model);
  const law = parameterLaw(model, settings);
  const parameters = limitParameters(activation, law);
  if (parameters.p2 === 0) {
    return {
      source: 'limit, D = L = infinity ([PF22], section 5.2)',
      correlations: Float64Array.from({ length: z.length ** 2 }, (_, at) =>
        copiedInputsCorrelation(z[Math.floor(at / z.length)], z[at % z.length], law),
      ),
    };
  }
  if (z.some((value) => explosionTime(value, value ** 2, parameters) <= T)) return undefined;
  return {
    source: 'limit, D = L = infinity ([PF22] (34))',
    correlations: normalised(transitionDensity(z, activation, law, T).covariance),
  };
}

function residualCovariances(
  model: Model,
  settings: CorrelationsSettings,
  z: readonly number[],
): Float64Array {
  const start = copiedInputsMeanField(z);
  const law = parameterLaw(model, settings);
  const end = networkMeanField(start, activationOf(model), law, settings.T, settings.depth);
  return coordinateLaw(start, end).covariance;
}

/** The first layer takes the inputs as they are; the map acts from the second on. */
function mappedCovariances(
  model: Model,
  settings: CorrelationsSettings,
  z: readonly number[],
): Float64Array {
  const activation = activationOf(model);
  const law = parameterLaw(model, settings);
  const first = copiedInputsMeanField(z).lambda.map(
    (lambda) => law.sigmaB ** 2 + law.sigmaW ** 2 * lambda,
  );
  const layers = settings.depth - 1;
  return activation.gaussian
    ? feedforwardCovariances(first, activation, law, layers).at(-1)!
    : mehlerCovariances(first, activation, law, layers);
}

function normalised(covariance: Float64Array): Float64Array {
  const count = Math.sqrt(covariance.length);
  const variance = (i: number) => covariance[i * count + i];
  return covariance.map((value, at) => {
    const scale = Math.sqrt(variance(Math.floor(at / count))) * Math.sqrt(variance(at % count));
    return scale > 0 ? Math.max(-1, Math.min(1, value / scale)) : NaN;
  });
}
