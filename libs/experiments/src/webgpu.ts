import { dt, type ResidualNetwork } from '@resdiff/networks';
import type { ShardContext } from '@resdiff/runtime';
import {
  MOST_WEBGPU_INPUTS,
  openWebgpu,
  type WebgpuDevice,
  type WebgpuSampler,
} from '@resdiff/sampler';
import type { DrawRange } from './draw-ranges.ts';

/** Whether a device draws with WebGPU. */
export function isWebgpu(device: string): boolean {
  return device.startsWith('webgpu:');
}

/** Why a GPU cannot draw this network at so many inputs; undefined if it can. */
export function whyNoGpu(network: ResidualNetwork, inputs: number): string | undefined {
  if (inputs > MOST_WEBGPU_INPUTS) {
    return `a GPU draws at most ${MOST_WEBGPU_INPUTS} inputs at once, not ${inputs}`;
  }
  const { sigmaW, sigmaB, width } = network;
  const variances = [(sigmaW ** 2 * dt(network)) / width, sigmaB ** 2 * dt(network)];
  if (variances.every((variance) => Number.isFinite(Math.fround(variance)))) return undefined;
  return 'a GPU computes in f32, which cannot hold the variances of the parameters';
}

let opened: Promise<WebgpuDevice> | undefined;

/**
 * The WebGPU device of this process, which has one.
 *
 * @param device by the name that receipts have: `webgpu:0` is the first adapter.
 * @throws {WebgpuUnavailableError} and {@link WebgpuAdapterError} if there is no such device.
 */
export function webgpuDevice(device: string): Promise<WebgpuDevice> {
  opened ??= openWebgpu(Number(device.slice('webgpu:'.length)));
  return opened;
}

let last: { readonly key: string; readonly sampler: Promise<{ close(): void }> } | undefined;

/**
 * A sampler on the WebGPU device of this process; the last is kept, as compiling its kernels takes
 * longer than many a shard.
 *
 * @param key what the sampler depends on: equal for the next shard of the same draws.
 */
export async function keptSampler<Sampler extends { close(): void }>(
  device: string,
  key: string,
  make: (device: WebgpuDevice) => Promise<Sampler>,
): Promise<Sampler> {
  if (last?.key !== key) {
    const before = last;
    last = undefined;
    (await before?.sampler)?.close();
    last = { key, sampler: webgpuDevice(device).then(make) };
  }
  return last.sampler as Promise<Sampler>;
}

/** Draws between two looks at whether the shard is to stop: what a batch holds at most. */
const PIECE = 4096;

/** The draws of a range, in order. */
export async function* drawnOnGpu<Draw>(
  sampler: WebgpuSampler<Draw>,
  { first, count }: DrawRange,
  { signal, progress }: Pick<ShardContext, 'signal' | 'progress'>,
): AsyncGenerator<Draw> {
  for (let done = 0; done < count; done += PIECE) {
    signal.throwIfAborted();
    yield* await sampler.draw(first + done, Math.min(PIECE, count - done));
    progress(Math.min(1, (done + PIECE) / count));
  }
}
