import type { Key } from '@resdiff/random';
import { BATCHES, batchBuffers, type Batch, type BatchSettings } from './batch.ts';
import { lostDevice, type WebgpuDevice } from './device.ts';
import { WebgpuOutOfMemoryError } from './errors.ts';
import { patiently } from './patience.ts';
import { pipeline } from './pipelines.ts';
import { refusable, type Refusal } from './refusal.ts';
import type { KernelSource } from './shaders/constants.ts';
import { parameterWords } from './shaders/parameters.ts';

/** Kernels that turn initial states into draws, one workgroup a draw. */
export interface Program {
  /** WGSL with the bindings of `parameters`, and what else it is told. */
  readonly kernel: KernelSource;
  readonly initial: Float32Array<ArrayBuffer>;
  /** Floats that a draw keeps between two dispatches. */
  readonly stateFloats: number;
  /** Words that a draw gives. */
  readonly outputWords: number;
  /** What a draw goes through, one after another. */
  readonly passes: readonly Pass[];
  readonly key: Key;
  readonly stream: number;
}

export interface Pass {
  /** The name of a compute stage. */
  readonly entry: string;
  /** A dispatch does some of these; they may be cut anywhere. */
  readonly layers: number;
  /** Of a layer of a draw, in normals or what takes as long. */
  readonly work: number;
}

export interface RunningProgram {
  /** The words of draws first, first + 1, ...: a batch is computed while that before it is read. */
  draw(first: number, count: number): Promise<Uint32Array[]>;
  close(): void;
}

const MAP_READ = 1;
/** Draws that a small GPU computes in the time of one: fewer do not make a layer shorter. */
const AT_ONCE = 64;

/**
 * Makes a program ready, whose kernels are compiled unless the device has them.
 *
 * @param batches `BATCHES` where it does not say otherwise.
 * @throws WebgpuOutOfMemoryError, also from `draw`, when not even one draw has room on the device;
 *   `draw` throws WebgpuDeviceLostError.
 */
export async function runProgram(
  device: WebgpuDevice,
  program: Program,
  batches: Partial<BatchSettings> = {},
): Promise<RunningProgram> {
  const { gpu } = device;
  const { outputWords } = program;
  const settings = { ...BATCHES, ...batches };
  const buffers = batchBuffers(device, program, settings);
  const { code } = program.kernel;
  const compiled = program.passes.map(({ entry }) => pipeline(device, code, entry));
  const pipelines = await Promise.all(compiled);
  let closed = false;
  const refuseClosed = () => {
    if (closed) throw new Error('the sampler was closed: it draws no more');
  };

  const dispatch = (
    batch: Batch,
    compiled: GPUComputePipeline,
    count: number,
    words: Uint32Array<ArrayBuffer>,
  ) => {
    gpu.queue.writeBuffer(buffers.uniform, 0, words);
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(compiled);
    pass.setBindGroup(0, batch.bindings);
    pass.dispatchWorkgroups(count);
    pass.end();
    gpu.queue.submit([encoder.finish()]);
  };

  const submit = (batch: Batch, firstDraw: number, count: number) => {
    const { key, stream } = program;
    for (const [number, { layers, work }] of program.passes.entries()) {
      const step = Math.max(1, Math.floor(settings.work / (work * Math.max(AT_ONCE, count))));
      for (let firstLayer = 0; firstLayer < layers; firstLayer += step) {
        const endLayer = Math.min(layers, firstLayer + step);
        const words = parameterWords({ key, stream, firstDraw, firstLayer, endLayer });
        dispatch(batch, pipelines[number], count, words);
      }
    }
  };

  const compute = async (batch: Batch, first: number, count: number): Promise<Uint32Array[]> => {
    const bytes = 4 * outputWords * count;
    const { refusal } = refusable(gpu, () => {
      submit(batch, first, count);
      const encoder = gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(batch.output, 0, batch.staging, 0, bytes);
      gpu.queue.submit([encoder.finish()]);
    });
    try {
      await patiently(batch.staging.mapAsync(MAP_READ, 0, bytes));
    } catch (cause) {
      refuseClosed();
      throw lostDevice(String(cause));
    }
    const words = new Uint32Array(batch.staging.getMappedRange(0, bytes).slice(0));
    batch.staging.unmap();
    const refused = await refusal;
    if (refused) throw refusedDraws(refused);
    return Array.from({ length: count }, (_, i) =>
      words.subarray(i * outputWords, (i + 1) * outputWords),
    );
  };

  const drawAll = async (first: number, count: number): Promise<Uint32Array[]> => {
    refuseClosed();
    if (count === 0) return [];
    const pair = await buffers.reserve(count);
    refuseClosed();
    const parts: Promise<Uint32Array[]>[] = [];
    try {
      for (let done = 0, i = 0; done < count; done += pair[0].draws, i++) {
        await parts[i - 2];
        const part = compute(pair[i % 2], first + done, Math.min(pair[0].draws, count - done));
        // Whoever awaits it later hears of its failure; until then it is not an unhandled one.
        part.catch(() => undefined);
        parts.push(part);
      }
      return (await Promise.all(parts)).flat();
    } finally {
      // The other batch too is free again before it is drawn into.
      await Promise.allSettled(parts);
    }
  };

  let last: Promise<unknown> = Promise.resolve();
  return {
    draw(first, count) {
      const draws = last.then(() => drawAll(first, count));
      last = draws.catch(() => undefined);
      return draws;
    },
    close() {
      closed = true;
      buffers.close();
    },
  };
}

function refusedDraws({ kind, message }: Refusal): Error {
  return kind === 'out-of-memory'
    ? new WebgpuOutOfMemoryError(`the device has no room for what it draws: ${message}`)
    : new Error(`WebGPU refused to draw: ${message}`);
}
