export {
  bayesianLinearModel,
  completedPriorKernel,
  completedStateKernel,
  completedTangentKernel,
  completedTangentKernelParts,
  type BayesianLinearModel,
  type CompletedLimit,
  type TangentKernelParts,
} from './completed-kernels.ts';
export {
  convolutionalEulerMeanField,
  convolutionalLimit,
  convolutionalMeanField,
  NoConvolutionalLimitError,
} from './convolutional.ts';
export { convolutionalInstantaneousMoments } from './convolutional-moments.ts';
export { ExplosionError, explosionTime, limitMeanField } from './dynamics.ts';
export { edgeOfChaosPoints, NoEdgeOfChaosError, type EdgeOfChaosPoint } from './edge-of-chaos.ts';
export {
  correlationFixedPoints,
  feedforwardCovariances,
  feedforwardMaps,
  varianceFixedPoints,
  type FeedforwardMaps,
  type FixedPoint,
} from './feedforward.ts';
export {
  ornsteinUhlenbeckPath,
  reluInfiniteWidthGrowth,
  reluInitialLogNormGrowth,
  reluLogNormDrift,
  reluPath,
  type NormalLaw,
} from './finite-width.ts';
export { gaussianMean, gaussianProduct } from './gaussian-mean.ts';
export { instantaneousMoments, type InstantaneousMoments } from './instantaneous-moments.ts';
export {
  iidJacobianLaw,
  jacobianDrift,
  jacobianLaw,
  linearNetworkJacobian,
  weightBracket,
  type JacobianLaw,
  type JacobianParameterLaw,
} from './jacobian.ts';
export { copiedInputsCorrelation, limitKernel } from './kernels.ts';
export { linearNetworkGradient, linearNetworkNtk, type LinearNetwork } from './linear-network.ts';
export { mehlerCovariances } from './mehler.ts';
export { copiedInputsMeanField, type MeanField } from './moments.ts';
export { networkNtk } from './network-ntk.ts';
export { networkMeanField } from './network-recursion.ts';
export { limitNtk, type Ntk } from './ntk.ts';
export {
  CurvatureError,
  limitParameters,
  NoDiffusionLimitError,
  type LimitParameters,
} from './parameters.ts';
export {
  dataOf,
  findLimitQuantity,
  LimitParameterError,
  limitQuantities,
  parametersBeside,
  type LimitQuantity,
  type ParameterDescription,
  type QuantityRow,
} from './quantities/index.ts';
export { reluMeanLogSize } from './relu-size.ts';
export { eulerMeanField } from './scheme-recursion.ts';
export { changeTime } from './time-change.ts';
export { coordinateLaw, transitionDensity, type CoordinateLaw } from './transition.ts';
export { limitMeanFieldByOde } from './dynamics-ode.ts';
export type { OdeTolerance } from './ode.ts';
