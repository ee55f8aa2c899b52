import {
  coordinateLaw,
  copiedInputsMeanField,
  eulerMeanField,
  explosionTime,
  limitMeanField,
  limitParameters,
  networkMeanField,
  type CoordinateLaw,
  type MeanField,
} from '@resdiff/limits';
import { diffusionLimit } from '@resdiff/networks';
import { areAllPaired, inputPairs } from './pairs.ts';
import { networkOf, type DrawsSettings, type Process } from './settings.ts';

/** What theory says of one coordinate of x_T, and which theory. */
export interface Prediction {
  readonly source: string;
  readonly law: CoordinateLaw;
}

/** When the doubly infinite limit of the first input to explode does so; Infinity if never. */
export function firstExplosion(settings: DrawsSettings): number {
  const network = networkOf(settings);
  if (!diffusionLimit(network.activation).exists) return Infinity;
  const parameters = limitParameters(network.activation, network);
  return Math.min(...settings.inputs.map((z) => explosionTime(z, z * z, parameters)));
}

/** The transition density (34) of [PF22]; undefined where there is none, or none any more at T. */
export function limitPrediction(settings: DrawsSettings): Prediction | undefined {
  const network = networkOf(settings);
  if (!diffusionLimit(network.activation).exists) return undefined;
  if (firstExplosion(settings) <= settings.T) return undefined;
  const start = copiedInputsMeanField(settings.inputs);
  const parameters = limitParameters(network.activation, network);
  const law = coordinateLaw(start, limitMeanField(start, parameters, settings.T));
  return { source: 'limit, D = L = infinity ([PF22] (34))', law };
}

/**
 * What holds for a process at its own depth, with only the width taken to infinity: the mean field
 * of the recursion and of the Euler scheme, and the limit itself for its own draws.
 */
export function finiteDepthPrediction(
  process: Process,
  settings: DrawsSettings,
): Prediction | undefined {
  if (process === 'limit') return limitPrediction(settings);
  const network = networkOf(settings);
  const { activation, T, depth } = network;
  const meanField = (start: MeanField) =>
    process === 'resnet'
      ? networkMeanField(start, activation, network, T, depth)
      : eulerMeanField(start, limitParameters(activation, network), T, depth);
  const scheme = process === 'resnet' ? 'recursion' : 'Euler scheme';
  return {
    source: `mean field of the ${scheme}, D = infinity, L = ${depth}`,
    law: pairedLaw(settings.inputs, (inputs) => {
      const start = copiedInputsMeanField(inputs);
      return coordinateLaw(start, meanField(start));
    }),
  };
}

/**
 * The law for these inputs; of many, with NaN for the covariances of inputs that are not paired,
 * since the cost of all would grow with the square of their number.
 */
function pairedLaw(
  inputs: readonly number[],
  lawOf: (inputs: readonly number[]) => CoordinateLaw,
): CoordinateLaw {
  const count = inputs.length;
  if (areAllPaired(count)) return lawOf(inputs);
  const mean = new Float64Array(count);
  const covariance = new Float64Array(count * count).fill(NaN);
  for (const [i, j] of inputPairs(count)) {
    const pair = lawOf([inputs[i], inputs[j]]);
    mean.set(pair.mean, i);
    covariance.set(pair.covariance.subarray(0, 2), i * count + i);
    covariance.set(pair.covariance.subarray(2), j * count + i);
  }
  return { mean, covariance };
}
