import type { WebgpuDevice, WebgpuLimits } from './device.ts';
import { WebgpuOutOfMemoryError } from './errors.ts';
import { bindingsLayout } from './pipelines.ts';
import type { Program } from './program.ts';
import { refusable } from './refusal.ts';
import { constantBytes } from './shaders/constants.ts';
import { PARAMETER_BYTES } from './shaders/parameters.ts';

/** How much is put on the device at a time. */
export interface BatchSettings {
  /** Draws at most. */
  readonly draws: number;
  /** Normals a dispatch, unless one layer of one draw has more. */
  readonly work: number;
  /** Bytes of a buffer, unless one draw has more. */
  readonly bytes: number;
}

/**
 * Enough draws to fill a large GPU, in dispatches of a tenth of a second or so on a small one:
 * desktops take the device away from whoever keeps it for seconds.
 */
export const BATCHES: BatchSettings = { draws: 4096, work: 2 ** 26, bytes: 2 ** 28 };

/** The buffers of a batch. */
export interface Batch {
  /** How many draws have room. */
  readonly draws: number;
  readonly output: GPUBuffer;
  /** Where the host reads what was in `output`. */
  readonly staging: GPUBuffer;
  readonly bindings: GPUBindGroup;
  destroy(): void;
}

export interface BatchBuffers {
  /** The `parameters` of the next dispatch. */
  readonly uniform: GPUBuffer;
  /**
   * Two batches with room for this many draws each, or for fewer where the device has no more.
   *
   * @throws WebgpuOutOfMemoryError when one draw has no room.
   */
  reserve(draws: number): Promise<readonly Batch[]>;
  close(): void;
}

// As in the specification: what names them in browsers is no global here.
const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 };

export function batchBuffers(
  device: WebgpuDevice,
  program: Program,
  settings: BatchSettings,
): BatchBuffers {
  const { gpu, limits } = device;
  const largest = bytesOfDraw(program);
  if (largest > limits.bufferBytes) {
    throw noRoom(program, `its largest buffer has ${limits.bufferBytes} bytes`);
  }
  const buffer = (size: number, use: number) =>
    gpu.createBuffer({ size: Math.max(4, size), usage: use });
  const uniform = buffer(PARAMETER_BYTES, usage.uniform | usage.copyTarget);
  const initial = buffer(program.initial.byteLength, usage.storage | usage.copyTarget);
  gpu.queue.writeBuffer(initial, 0, program.initial);
  const told = constantBytes(program.kernel.constants);
  const constants = buffer(Math.max(16, told.byteLength), usage.uniform | usage.copyTarget);
  gpu.queue.writeBuffer(constants, 0, told);
  let most = mostDraws(program, settings, limits);
  let batches: readonly Batch[] = [];

  const create = (draws: number): Batch => {
    const bytes = 4 * program.outputWords * draws;
    const states = buffer(4 * program.stateFloats * draws, usage.storage);
    const output = buffer(bytes, usage.storage | usage.copySource);
    const staging = buffer(bytes, usage.mapRead | usage.copyTarget);
    const entries = [uniform, initial, states, output, constants].map((bound, binding) => ({
      binding,
      resource: { buffer: bound },
    }));
    const bindings = gpu.createBindGroup({ layout: bindingsLayout(device), entries });
    const destroy = () => [states, output, staging].forEach((one) => one.destroy());
    return { draws, output, staging, bindings, destroy };
  };

  const release = () => {
    batches.forEach((batch) => batch.destroy());
    batches = [];
  };

  return {
    uniform,
    async reserve(wanted) {
      const enough = Math.min(wanted, most);
      if (batches.length > 0 && batches[0].draws >= enough) return batches;
      for (let draws = enough; ; draws = most) {
        release();
        const asked = refusable(gpu, () => [create(draws), create(draws)]);
        batches = asked.result;
        const refusal = await asked.refusal;
        if (!refusal) return batches;
        if (refusal.kind !== 'out-of-memory') {
          throw new Error(`WebGPU refused the buffers of draws: ${refusal.message}`);
        }
        if (draws === 1) throw noRoom(program, refusal.message);
        most = Math.ceil(draws / 2);
      }
    },
    close() {
      release();
      uniform.destroy();
      initial.destroy();
      constants.destroy();
    },
  };
}

/** Bytes of the largest buffer, a draw. */
function bytesOfDraw({ stateFloats, outputWords }: Program): number {
  return 4 * Math.max(stateFloats, outputWords);
}

function mostDraws(
  program: Program,
  { draws, work, bytes }: BatchSettings,
  { bufferBytes, workgroups }: WebgpuLimits,
): number {
  const heaviest = Math.max(...program.passes.map((pass) => pass.work));
  const room = Math.floor(Math.min(bytes, bufferBytes) / bytesOfDraw(program));
  return Math.max(1, Math.min(draws, workgroups, room, Math.floor(work / heaviest)));
}

function noRoom(program: Program, reason: string): WebgpuOutOfMemoryError {
  return new WebgpuOutOfMemoryError(
    `the device has no room for a draw of ${bytesOfDraw(program)} bytes: ${reason}`,
  );
}
