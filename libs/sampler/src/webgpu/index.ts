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
export type { BatchSettings } from './batch.ts';
