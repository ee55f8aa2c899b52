import {
  explosionTime,
  limitMeanField,
  limitParameters,
  networkMeanField,
  type CoordinateLaw,
  type MeanField,
} from '@resdiff/limits';
import { diffusionLimit } from '@resdiff/networks';
import { networkOf, type SurfacesSettings } from './settings.ts';

/** What theory says of the first coordinate of x_T at some inputs, and which theory. */
export interface Prediction {
  readonly source: string;
  readonly law: CoordinateLaw;
}

/** An input z. */
export type Input = readonly [number, number];

/**
 * At the depth of the settings, with only the width taken to infinity. The coordinates of x_0 = A z
 * are N(0, sigmaZ^2 <z, z'>) over inputs, so m_0 = 0 and lambda_0 = sigmaZ^2 <z, z'>.
 */
export function finiteDepthPrediction(
  settings: SurfacesSettings,
  activation: string,
  z: readonly Input[],
): Prediction {
  const network = networkOf(settings, activation);
  const { T, depth } = network;
  return {
    source: `mean field of the recursion, D = infinity, L = ${depth}`,
    law: lawOf(networkMeanField(embedded(settings, z), network.activation, network, T, depth)),
  };
}

/** In the doubly infinite limit; undefined if there is none at T. */
export function limitPrediction(
  settings: SurfacesSettings,
  activation: string,
  z: readonly Input[],
): Prediction | undefined {
  const network = networkOf(settings, activation);
  if (!diffusionLimit(network.activation).exists) return undefined;
  const parameters = limitParameters(network.activation, network);
  const start = embedded(settings, z);
  const explodes = (_: unknown, i: number) =>
    explosionTime(0, start.lambda[i * z.length + i], parameters) <= settings.T;
  if (z.some(explodes)) return undefined;
  return {
    source: 'limit, D = L = infinity ([PF22], Proposition 5.1)',
    law: lawOf(limitMeanField(start, parameters, settings.T)),
  };
}

function embedded({ sigmaZ }: SurfacesSettings, z: readonly Input[]): MeanField {
  const lambda = z.flatMap((a) => z.map((b) => sigmaZ ** 2 * (a[0] * b[0] + a[1] * b[1])));
  return { m: new Float64Array(z.length), lambda: Float64Array.from(lambda) };
}

/** A being random too, a coordinate has the moments of the whole state. */
function lawOf({ m, lambda }: MeanField): CoordinateLaw {
  const count = m.length;
  return {
    mean: m,
    covariance: lambda.map((value, at) => value - m[Math.floor(at / count)] * m[at % count]),
  };
}
