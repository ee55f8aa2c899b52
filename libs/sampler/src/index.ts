export { collapsedSampler, usesPair } from './collapsed.ts';
export { convolutionalSampler, type ConvolutionalDraws } from './convolutional.ts';
export { convolutionalCost } from './convolutional-cost.ts';
export { directConvolutionalSampler } from './convolutional-direct.ts';
export { collapsedCost, type DrawCost } from './cost.ts';
export { directSampler } from './direct.ts';
export { gaussianSampler, type GaussianDraws } from './gaussian.ts';
export { instantiateKernel, isSimd, kernelUrl, type Kernel } from './kernel.ts';
export type { Draw, Increment, NetworkDraws, Sampler } from './sampler.ts';
export type { FeedforwardNetwork } from './feedforward-network.ts';
export { directFeedforwardSampler, feedforwardSampler } from './feedforward.ts';
export {
  feedforwardGradientSampler,
  type FeedforwardGradientDraws,
  type FeedforwardGradientSampler,
} from './feedforward-gradients.ts';
export {
  functionSampler,
  type FunctionDraws,
  type FunctionMethod,
  type FunctionSampler,
} from './functions.ts';
export type { FeedforwardDraws, ResidualDraws } from './sampler.ts';
export { collapsedLawSampler } from './law-collapsed.ts';
export { directLawSampler } from './law-direct.ts';
export type { LawDraws } from './law-draws.ts';
export {
  surfaceSampler,
  type SurfaceDraws,
  type SurfaceMethod,
  type SurfaceSampler,
} from './surfaces.ts';
export {
  logNorm,
  norm,
  trajectorySampler,
  type StateStatistic,
  type Trajectory,
  type TrajectoryDraws,
  type TrajectorySampler,
} from './trajectory.ts';
export {
  jacobianProcesses,
  jacobianSampler,
  type JacobianDraws,
  type JacobianProcess,
  type JacobianSampler,
  type JacobianSnapshot,
} from './jacobian.ts';
export type { JacobianParameterLaw } from './jacobian-law.ts';
export { frobeniusNorm, gramians, logDeterminant, singularValues } from './jacobian-spectrum.ts';
export {
  ntkSampler,
  type CompletedNtkDraw,
  type CompletedNtkDraws,
  type DrawStream,
  type NtkDraw,
  type NtkDraws,
  type NtkSampler,
} from './ntk.ts';
export { completedNtkSampler } from './ntk-completed.ts';
export { ntkCost } from './ntk-cost.ts';
export { directCompletedNtkSampler, directNtkSampler } from './ntk-direct.ts';
export {
  MOST_WEBGPU_INPUTS,
  openWebgpu,
  webgpuAdapters,
  webgpuCollapsedSampler,
  webgpuCompletedNtkSampler,
  webgpuFunctionSampler,
  webgpuNtkSampler,
  webgpuRandom,
  WebgpuAdapterError,
  WebgpuDeviceLostError,
  WebgpuOutOfMemoryError,
  WebgpuUnavailableError,
  type BatchSettings,
  type WebgpuAdapter,
  type WebgpuAdapterInfo,
  type WebgpuDevice,
  type WebgpuFunctionSampler,
  type WebgpuLimits,
  type WebgpuSampler,
} from './webgpu/index.ts';
