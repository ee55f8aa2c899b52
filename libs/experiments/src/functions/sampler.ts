import { seedKey, streams } from '@resdiff/random';
import {
  functionSampler,
  type Draw,
  type FunctionDraws,
  type FunctionMethod,
  type FunctionSampler,
  webgpuFunctionSampler,
  type WebgpuSampler,
} from '@resdiff/sampler';
import { kernelModule } from '../kernel-module.ts';
import { keptSampler, whyNoGpu } from '../webgpu.ts';
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
  return {
    method: whole.method,
    draw(index) {
      if (short && index >= curves) {
        const { states, divergedAt } = short.draw(index);
        return { table: states, divergedAt };
      }
      return onBothGrids(settings, whole.draw(index), index);
    },
  };
}

/** The draw of a whole function, as it is kept. */
function onBothGrids(
  { points, tablePoints, curves }: FunctionsSettings,
  { states, divergedAt }: Draw,
  index: number,
): FunctionDraw {
  const stride = (points - 1) / (tablePoints - 1);
  const table = Float32Array.from({ length: tablePoints }, (_, i) => states[i * stride]);
  return { table, divergedAt, ...(index < curves && { curve: states }) };
}

/** Draws of a network's function on the WebGPU device of this process, by ranges. */
export interface GpuFunctions {
  readonly method: FunctionMethod;
  readonly whole: WebgpuSampler;
  /** What is kept of a draw of `whole`. */
  readonly kept: (draw: Draw, index: number) => FunctionDraw;
}

export async function gpuFunctions(
  device: string,
  settings: FunctionsSettings,
  network: FunctionNetwork,
): Promise<GpuFunctions> {
  const whole = await keptSampler(device, keyOf(settings, network), (opened) =>
    webgpuFunctionSampler(opened, kernelModule(), drawsAt(settings, network, settings.points)),
  );
  return {
    method: whole.method,
    whole,
    kept: (draw, index) => onBothGrids(settings, draw, index),
  };
}

/** Why a GPU cannot draw the functions of a network; undefined if it can. Takes pilot draws. */
export function whyNoGpuFunctions(
  settings: FunctionsSettings,
  network: FunctionNetwork,
): string | undefined {
  const { kind, T, points } = settings;
  if (kind !== 'residual')
    return `a GPU draws functions of residual networks only, not ${kind} ones`;
  const { activation, depth, width } = network;
  const { method } = samplerAt(settings, network, points);
  const where = `${activation.name}, L = ${depth}, D = ${width}`;
  if (method.kind === 'direct') {
    return `a GPU draws functions by interpolation only, and of ${where}: ${method.reason}`;
  }
  const nodes = method.kind === 'interpolated' ? method.nodes : 2;
  const reason = whyNoGpu({ ...network, T }, nodes);
  return reason && `${where} would take ${nodes} nodes, and ${reason}`;
}

function samplerAt(
  settings: FunctionsSettings,
  network: FunctionNetwork,
  points: number,
): FunctionSampler {
  return functionSampler(kernelModule(), drawsAt(settings, network, points));
}

function drawsAt(
  settings: FunctionsSettings,
  network: FunctionNetwork,
  points: number,
): FunctionDraws {
  const { kind, T, interval, tolerance, seed } = settings;
  const shared = { key: seedKey(seed), interval, tolerance, points };
  return kind === 'residual'
    ? { ...shared, network: { ...network, T }, increment: 'recursion', stream: streams.resnet }
    : { ...shared, network, increment: 'feedforward', stream: streams.feedforward };
}

let last: { readonly key: string; readonly functions: NetworkFunctions } | undefined;

/** The same; a worker keeps the last, as pilot draws take longer than many a shard. */
export function keptNetworkFunctions(
  settings: FunctionsSettings,
  network: FunctionNetwork,
): NetworkFunctions {
  const key = keyOf(settings, network);
  if (last?.key !== key) last = { key, functions: networkFunctions(settings, network) };
  return last.functions;
}

function keyOf(settings: FunctionsSettings, { activation, depth, width }: FunctionNetwork): string {
  return JSON.stringify([settings, activation.name, depth, width]);
}
