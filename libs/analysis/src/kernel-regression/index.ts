export { classificationAccuracy, type ClassificationAccuracy } from './accuracy.ts';
export {
  affineEmpiricalBayes,
  type AffineEmpiricalBayes,
  type AffineEmpiricalBayesOptions,
} from './affine-empirical-bayes.ts';
export { evaluateAffine, type AffineFunction } from './affine-function.ts';
export {
  affineVariance,
  fitAffineRegression,
  meanAffineVariance,
  type AffineRegression,
} from './affine-regression.ts';
export { NotPositiveDefiniteError, type CholeskyFactor } from './cholesky.ts';
export {
  empiricalBayes,
  type EmpiricalBayes,
  type EmpiricalBayesOptions,
  type KernelFamily,
} from './empirical-bayes.ts';
export {
  affineSpectrum,
  descentDisplacement,
  displaced,
  flowDisplacement,
  gradientFlow,
  largestStableRate,
  type AffineSpectrum,
  type GradientFlow,
} from './gradient-flow.ts';
export { affineKernel, kernelOf, type Kernel } from './kernel.ts';
export {
  fitKernelRegression,
  kernelMean,
  kernelVariance,
  type KernelRegression,
} from './kernel-regression.ts';
export type { Bound, Box, MaximiseOptions, Maximum } from './maximise.ts';
export { regressionData, type RegressionData } from './regression-data.ts';
export type { Outputs, Rows } from './rows.ts';
export type { SymmetricEigen } from './symmetric-eigen.ts';
