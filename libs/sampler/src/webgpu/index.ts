export {
  openWebgpu,
  webgpuAdapters,
  type WebgpuAdapter,
  type WebgpuAdapterInfo,
  type WebgpuDevice,
  type WebgpuLimits,
} from './device.ts';
export {
  WebgpuAdapterError,
  WebgpuDeviceLostError,
  WebgpuOutOfMemoryError,
  WebgpuUnavailableError,
} from './errors.ts';
export { webgpuCollapsedSampler, type WebgpuSampler } from './collapsed.ts';
export { webgpuFunctionSampler, type WebgpuFunctionSampler } from './functions.ts';
export { webgpuNtkSampler } from './ntk.ts';
export { webgpuCompletedNtkSampler } from './ntk-completed.ts';
export { webgpuRandom } from './random.ts';
export type { BatchSettings } from './batch.ts';
export { MOST_INPUTS as MOST_WEBGPU_INPUTS } from './shaders/many.ts';
