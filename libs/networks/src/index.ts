export * from './activations/index.ts';
export { diffusionLimit, type DiffusionAssumption, type DiffusionLimit } from './existence.ts';
export { copiedInput } from './inputs.ts';
export { normalCdf, normalDensity } from './normal.ts';
export { dt, type IidParameterLaw, type ResidualNetwork } from './residual.ts';
