import { engine } from './engines.ts';
import type { GpuSupport } from './experiment.ts';
import { webgpuDevice } from './webgpu.ts';

/** The variable by which the process of a GPU is told what is to compute there. */
export const GPU_USE = 'RESDIFF_GPU_USE';

/**
 * Opens the GPU of this process for the sampler, or for the engine onnx.
 *
 * @throws an error that says what is missing.
 */
export async function openGpu(device: string, by: GpuSupport['by']): Promise<void> {
  if (by === 'engine') {
    await engine('onnx', device);
  } else {
    await webgpuDevice(device);
  }
}
