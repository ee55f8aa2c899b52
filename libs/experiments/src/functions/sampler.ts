import { seedKey, streams } from '@resdiff/random';
import {
  functionSampler,
  type FunctionDraws,
  type FunctionMethod,
  type FunctionSampler,
} from '@resdiff/sampler';
import { kernelModule } from '../kernel-module.ts';
import type { FunctionNetwork } from './networks.ts';
import type { FunctionsSettings } from './settings.ts';

/** A draw of a function, on one grid or on both. */
export interface FunctionDraw {
  /** At the inputs of the table. */
  readonly table: Float32Array;
  /** At those of whole functions, if the draw is one of `curves`. */
  readonly curve?: Float32Array;
  /** The layer after which the states were not finite. */
  readonly divergedAt: number | undefined;
}

export interface NetworkFunctions {
  readonly method: FunctionMethod;
  draw(index: number): FunctionDraw;
}

/**
 * Draws of a network's function. Where they are interpolated or scaled, whole functions cost no more
 * than the inputs of the table; where they are not, only the first draws are whole. A draw's values
 * in the table are among those of its curve.
 */
export function networkFunctions(
  settings: FunctionsSettings,
  network: FunctionNetwork,
): NetworkFunctions {
  const { points, tablePoints, curves } = settings;
  const whole = samplerAt(settings, network, points);
  const isDirect = whole.method.kind === 'direct' && tablePoints < points;
  const short = isDirect ? samplerAt(settings, network, tablePoints) : undefined;
  const stride = (points - 1) / (tablePoints - 1);
  return {
    method: whole.method,
    draw(index) {
      if (short && index >= curves) {
        const { states, divergedAt } = short.draw(index);
        return { table: states, divergedAt };
      }
      const { states, divergedAt } = whole.draw(index);
      const table = Float32Array.from({ length: tablePoints }, (_, i) => states[i * stride]);
      return { table, divergedAt, ...(index < curves && { curve: states }) };
    },
  };
}

function samplerAt(
  settings: FunctionsSettings,
  network: FunctionNetwork,
  points: number,
): FunctionSampler {
  const { kind, T, interval, tolerance, seed } = settings;
  const shared = { key: seedKey(seed), interval, tolerance, points };
  const draws: FunctionDraws =
    kind === 'residual'
      ? {
          ...shared,
          network: { ...network, T },
          increment: 'recursion',
          stream: streams.resnet,
        }
      : { ...shared, network, increment: 'feedforward', stream: streams.feedforward };
  return functionSampler(kernelModule(), draws);
}

let last: { readonly key: string; readonly functions: NetworkFunctions } | undefined;

/** The same; a worker keeps the last, as pilot draws take longer than many a shard. */
export function keptNetworkFunctions(
  settings: FunctionsSettings,
  network: FunctionNetwork,
): NetworkFunctions {
  const { activation, depth, width } = network;
  const key = JSON.stringify([settings, activation.name, depth, width]);
  if (last?.key !== key) last = { key, functions: networkFunctions(settings, network) };
  return last.functions;
}
