export * from './activations/index.ts';
export type { AffineKernel } from './affine-kernel.ts';
export type { CompletedNetwork } from './completed.ts';
export { diffusionAssumptions, type AssumptionReport } from './assumptions.ts';
export { convolutionLaw, type ConvolutionLaw } from './convolution-law.ts';
export {
  patchLaw,
  patchScalings,
  patchSites,
  requireConvolution,
  siteCount,
  type Convolution,
  type ConvolutionalNetwork,
  type PatchScaling,
} from './convolution.ts';
export { checkCovariance } from './covariance-check.ts';
export {
  covarianceForms,
  covarianceNames,
  isRows,
  readCovarianceSpec,
  type Ar1Covariance,
  type CovarianceSpec,
  type DiagonalCovariance,
  type IdentityCovariance,
  type LowRankCovariance,
} from './covariance-spec.ts';
export { covarianceMatrix } from './covariances.ts';
export { diffusionLimit, type DiffusionAssumption, type DiffusionLimit } from './existence.ts';
export { copiedInput } from './inputs.ts';
export { normalCdf, normalDensity } from './normal.ts';
export {
  generalLaw,
  iidAsMatrixGaussian,
  iidLaw,
  matrixGaussianAsGeneral,
  matrixGaussianLaw,
  type DriftSpec,
  type GeneralLaw,
  type IidLaw,
  type MatrixGaussianLaw,
  type ParameterDrift,
  type ParameterLaw,
} from './parameter-laws.ts';
export { dt, type IidParameterLaw, type ResidualNetwork } from './residual.ts';
