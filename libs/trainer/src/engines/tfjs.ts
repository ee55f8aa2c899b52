import type { Engine } from '../engine.ts';
import { loadTensorflow, type ImportPackage, type TfjsBackend } from './tfjs/package.ts';
import { openTfjsSession } from './tfjs/session.ts';

export type { TfjsBackend } from './tfjs/package.ts';

export interface TfjsOptions {
  readonly backend: TfjsBackend;
  /**
   * Bytes that the intermediate results of a step may take; 2 GiB if left out. A batch that needs
   * more is taken in parts, and the sums of its gradients then round otherwise.
   */
  readonly stepMemory?: number;
  /** How the package of the backend is imported. */
  readonly importPackage?: ImportPackage;
}

/**
 * An engine on TensorFlow.js. The GPU is the one that CUDA_VISIBLE_DEVICES names, and one thread of
 * a process alone can use it. On GPUs with TF32, TensorFlow multiplies matrices with 10 bits of
 * mantissa unless the environment has NVIDIA_TF32_OVERRIDE=0.
 *
 * @throws {EngineUnavailableError} if the package of the backend is not installed, does not load,
 *   or finds no GPU.
 */
export async function tfjsEngine({
  backend,
  stepMemory = 2 ** 31,
  importPackage = (name) => import(name),
}: TfjsOptions): Promise<Engine> {
  const loaded = await loadTensorflow(backend, importPackage);
  return {
    name: 'tfjs',
    version: `tfjs ${loaded.tf.version.tfjs} ${loaded.device}`,
    device: loaded.device,
    open: (job) => openTfjsSession(loaded, job, stepMemory),
  };
}
