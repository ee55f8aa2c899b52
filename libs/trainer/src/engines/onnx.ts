import type { Engine } from '../engine.ts';
import { deviceName, onnxDevice } from './onnx/device.ts';
import { deviceStores } from './onnx/device-store.ts';
import { hostStores } from './onnx/host-store.ts';
import { checkDevice, loadRuntime, type ImportPackage } from './onnx/runtime.ts';
import { openOnnxSession } from './onnx/session.ts';

export interface OnnxOptions {
  /** Where ONNX Runtime computes: `cpu`, `webgpu`, `cuda` or `cuda:1`; `cpu` if left out. */
  readonly device?: string;
  /** How the package of ONNX Runtime, and Node's of threads, are imported. */
  readonly importPackage?: ImportPackage;
}

/**
 * An engine on ONNX Runtime: a graph holds the forward pass, the backward pass and the update.
 *
 * - On the CPU, a session computes in the thread that it is called from and in no other, so tasks run
 *   side by side in worker threads, each with an engine of its own.
 * - With WebGPU, the training set and the state are on the device from `load` to `close`. It is for
 *   the main thread of a process, and for the first adapter that the process finds. A process that
 *   was refused for want of one should end by `process.exit`: else ONNX Runtime breaks it off with a
 *   segmentation fault when it ends.
 * - With CUDA, they are on the card while a session runs, and cross once for each call. Its products
 *   of matrices have 10 bits of mantissa (TF32) unless the process has NVIDIA_TF32_OVERRIDE=0.
 *
 * @throws {RangeError} if the device is none of these.
 * @throws {EngineUnavailableError} if the package is not installed or does not load, or if there is
 *   no such device, or not all that it needs.
 */
export async function onnxEngine({
  device: asked = 'cpu',
  importPackage = (name) => import(name),
}: OnnxOptions = {}): Promise<Engine> {
  const device = onnxDevice(asked);
  const runtime = await loadRuntime(importPackage);
  await checkDevice(runtime, device, importPackage);
  const stores = device.kind === 'webgpu' ? deviceStores : hostStores;
  const openStore = await stores(runtime, device);
  return {
    name: 'onnx',
    version: `onnxruntime ${runtime.env.versions.node} ${device.kind}`,
    device: deviceName(device),
    open: (job) => openOnnxSession(openStore(), job),
  };
}
