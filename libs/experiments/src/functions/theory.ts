import {
  copiedInputsMeanField,
  explosionTime,
  feedforwardCovariances,
  limitMeanField,
  limitParameters,
  networkMeanField,
  type MeanField,
} from '@resdiff/limits';
import { diffusionLimit } from '@resdiff/networks';
import {
  feedforwardWidthShare,
  isWideEnough,
  keepsMeans,
  residualWidthShare,
} from '../infinite-width.ts';
import { networksOf, tableInputs, type FunctionNetwork } from './networks.ts';
import type { FunctionsSettings } from './settings.ts';

/** What a theory says of the value at each input of the table. */
export interface Prediction {
  readonly kind: 'meanField' | 'limit';
  readonly source: string;
  /** NaN where an input has no law, as past its explosion. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * Of each network of a run, the mean field at its own depth, and the doubly infinite limit of a
 * residual one where there is one.
 */
export function predictionsOf(settings: FunctionsSettings): (readonly Prediction[])[] {
  // Networks that differ in nothing but their width follow each other, and share what is predicted.
  let shared: { readonly network: FunctionNetwork; readonly predictions: Prediction[] } | undefined;
  return networksOf(settings).map((network) => {
    const { activation, depth } = network;
    if (shared?.network.activation !== activation || shared.network.depth !== depth) {
      shared = { network, predictions: networkPredictions(settings, network) };
    }
    return shared.predictions;
  });
}

function networkPredictions(settings: FunctionsSettings, network: FunctionNetwork): Prediction[] {
  if (settings.kind === 'feedforward') return [feedforwardMeanField(settings, network)];
  const meanField = residualMeanField(settings, network);
  return diffusionLimit(network.activation).exists
    ? [meanField, limit(settings, network)]
    : [meanField];
}

function residualMeanField(settings: FunctionsSettings, network: FunctionNetwork): Prediction {
  const { activation, depth } = network;
  return {
    kind: 'meanField',
    source: `mean field of the recursion, D = infinity, L = ${depth}`,
    ...atInputs(settings, (start) =>
      networkMeanField(start, activation, network, settings.T, depth),
    ),
  };
}

function limit(settings: FunctionsSettings, { activation, ...law }: FunctionNetwork): Prediction {
  const parameters = limitParameters(activation, law);
  return {
    kind: 'limit',
    source: 'limit, D = L = infinity ([PF22] (34))',
    ...atInputs(settings, (start) =>
      explosionTime(start.m[0], start.lambda[0], parameters) <= settings.T
        ? { m: Float64Array.of(NaN), lambda: Float64Array.of(NaN) }
        : limitMeanField(start, parameters, settings.T),
    ),
  };
}

/** Mean and variance for each input by itself: as the inputs are copied, x_0 has no variance. */
function atInputs(settings: FunctionsSettings, evolved: (start: MeanField) => MeanField) {
  const ends = Array.from(tableInputs(settings), (z) => evolved(copiedInputsMeanField([z])));
  return {
    mean: Float64Array.from(ends, ({ m }) => m[0]),
    variance: Float64Array.from(ends, ({ m, lambda }) => lambda[0] - m[0] ** 2),
  };
}

function feedforwardMeanField(settings: FunctionsSettings, network: FunctionNetwork): Prediction {
  const { activation, depth, sigmaW, sigmaB } = network;
  const inputs = tableInputs(settings);
  return {
    kind: 'meanField',
    source: `mean field of the feedforward network, D = infinity, L = ${depth}`,
    mean: new Float64Array(inputs.length),
    variance: inputs.map((z) => {
      const first = Float64Array.of(sigmaB ** 2 + (sigmaW * z) ** 2);
      return feedforwardCovariances(first, activation, network, depth - 1).at(-1)![0];
    }),
  };
}

/**
 * Whether the mean field has the mean, or the variance, of the network at its finite width, to within
 * much less than this many draws can tell. Of preactivations, which are symmetric, and of states that
 * odd increments leave where they are, the mean is exact at every width.
 */
export function isExact(
  quantity: 'mean' | 'variance',
  { kind, draws, T, interval }: FunctionsSettings,
  network: FunctionNetwork,
): boolean {
  const largest = Math.max(...interval.map((z) => z ** 2));
  const share =
    kind === 'residual'
      ? residualWidthShare({ ...network, T }, largest)
      : feedforwardWidthShare(network);
  if (isWideEnough(share, draws)) return true;
  return quantity === 'mean' && (kind === 'feedforward' || keepsMeans(network.activation));
}
