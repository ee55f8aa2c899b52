import type { Activation, IidParameterLaw } from '@resdiff/networks';
import { limitMeanField } from './dynamics.ts';
import { copiedInputsMeanField, symmetric, type MeanField } from './moments.ts';
import { limitParameters } from './parameters.ts';

/** Mean and covariance, over N inputs, of one coordinate of the state. */
export interface CoordinateLaw {
  /** Length N. */
  readonly mean: Float64Array;
  /** N x N, row-major. */
  readonly covariance: Float64Array;
}

/**
 * The law of one coordinate at the end given its value x0 at the start, at infinite width
 * ([PF22] (34)): mean x0 + m_T - m_0, covariance c_T - c_0, where c = lambda - m m'. `start` and
 * `end` are mean fields of the same dynamics: the limit, its Euler scheme, or a network. The law is
 * Gaussian for the first two; a network of few layers only has this mean and covariance.
 *
 * @param x0 the coordinate's value for each input; by default m_0, as for copied inputs.
 */
export function coordinateLaw(
  start: MeanField,
  end: MeanField,
  x0: ArrayLike<number> = start.m,
): CoordinateLaw {
  const count = start.m.length;
  const covariance = ({ m, lambda }: MeanField, i: number, j: number) =>
    lambda[i * count + j] - m[i] * m[j];
  return {
    mean: Float64Array.from(x0, (x, i) => x + end.m[i] - start.m[i]),
    covariance: symmetric(count, (i, j) => covariance(end, i, j) - covariance(start, i, j)),
  };
}

/**
 * The transition density of copied inputs z over time T, doubly infinite ([PF22] (34)): every
 * coordinate is an independent copy of this law.
 *
 * @throws {NoDiffusionLimitError} if the activation has no diffusion limit.
 * @throws {ExplosionError} if the limit explodes at or before T.
 */
export function transitionDensity(
  z: ArrayLike<number>,
  activation: Activation,
  law: IidParameterLaw,
  T: number,
): CoordinateLaw {
  const start = copiedInputsMeanField(z);
  return coordinateLaw(start, limitMeanField(start, limitParameters(activation, law), T));
}
