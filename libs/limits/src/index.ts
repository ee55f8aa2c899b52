export { ExplosionError, explosionTime, limitMeanField } from './dynamics.ts';
export { copiedInputsMeanField, type MeanField } from './moments.ts';
export { networkMeanField } from './network-recursion.ts';
export { NoDiffusionLimitError, limitParameters, type LimitParameters } from './parameters.ts';
export { eulerMeanField } from './scheme-recursion.ts';
export { coordinateLaw, transitionDensity, type CoordinateLaw } from './transition.ts';
