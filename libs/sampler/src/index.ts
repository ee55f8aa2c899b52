export { collapsedSampler, usesPair } from './collapsed.ts';
export { collapsedCost, type DrawCost } from './cost.ts';
export { directSampler } from './direct.ts';
export { gaussianSampler, type GaussianDraws } from './gaussian.ts';
export { instantiateKernel, isSimd, kernelUrl, type Kernel } from './kernel.ts';
export type { Draw, Increment, NetworkDraws, Sampler } from './sampler.ts';
