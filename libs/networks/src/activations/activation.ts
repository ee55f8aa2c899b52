/** The mean and the product moments of f(h) over centred Gaussians, f = phi or phi'. */
export interface GaussianExpectations {
  /** E f(h), h ~ N(0, variance). */
  readonly mean: (variance: number) => number;
  /** E f(h) f(h'), (h, h') centred Gaussians of these variances and this covariance. */
  readonly product: (variance: number, otherVariance: number, covariance: number) => number;
}

/** A scalar activation function phi with its first two derivatives. */
export interface Activation {
  /** Lower case, unique in the registry. */
  readonly name: string;
  /** Other names that find it, lower case. */
  readonly aliases: readonly string[];
  readonly formula: string;
  readonly phi: (x: number) => number;
  readonly dphi: (x: number) => number;
  readonly ddphi: (x: number) => number;
  /** Exact values at 0, which the diffusion limit depends on; NaN where a derivative does not exist. */
  readonly atZero: { readonly phi: number; readonly dphi: number; readonly ddphi: number };
  /** Twice continuously differentiable on the whole line. */
  readonly smooth: boolean;
  readonly bounded: boolean;
  /** Positively homogeneous: phi(a x) = a phi(x) for every a > 0. */
  readonly homogeneous: boolean;
  /** Give it where quadrature is inexact (kinks) or where it is trivial. */
  readonly gaussian?: GaussianExpectations;
  /** The same of phi'. */
  readonly slopeGaussian?: GaussianExpectations;
}
