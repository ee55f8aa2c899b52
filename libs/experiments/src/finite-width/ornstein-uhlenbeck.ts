import type { Activation } from '@resdiff/networks';

/** Up to these, the states are far from the largest numbers of 32 bits. */
export const MOST_REVERSION = 4;
export const MOST_INITIAL = 4;

/** phi = h' o h^{-1} of a map h of the line onto itself. */
export interface Transform {
  readonly h: (y: number) => number;
  /** h^{-1}. */
  readonly inverse: (x: number) => number;
  readonly activation: Activation;
}

/**
 * The phi of width 1 for which Y = h^{-1}(X) of dX = |phi(X)| dB is the Ornstein-Uhlenbeck process
 * dY = dB - a Y dt: h'(y) = exp(a y^2), h(0) = 0 (Hayou, "On the infinite-depth limit of
 * finite-width neural networks").
 *
 * @param a above 0.
 */
export function ornsteinUhlenbeckTransform(a: number): Transform {
  const h = (y: number) => y * growth(a * y * y);
  const slope = (y: number) => Math.exp(a * y * y);
  const inverse = (x: number) => Math.sign(x) * inverseOf(Math.abs(x), a, h, slope);
  return {
    h,
    inverse,
    activation: {
      name: 'ornstein-uhlenbeck',
      aliases: [],
      formula: `exp(${a} h^-1(x)^2), h'(y) = exp(${a} y^2)`,
      phi: (x) => slope(inverse(x)),
      dphi: (x) => 2 * a * inverse(x),
      ddphi: (x) => (2 * a) / slope(inverse(x)),
      atZero: { phi: 1, dphi: 0, ddphi: 2 * a },
      smooth: true,
      bounded: false,
      homogeneous: false,
    },
  };
}

/** The mean of exp(t s^2) over s in [0, 1], by its power series, all of whose terms are positive. */
function growth(t: number): number {
  let power = 1;
  let sum = 1;
  for (let k = 1; ; k++) {
    power *= t / k;
    const term = power / (2 * k + 1);
    sum += term;
    if (!(term > sum * 1e-17)) return sum;
  }
}

/**
 * h(y) = x >= 0 by Newton's method on log h, from sqrt(log(1 + a x^2) / a): y = x to first order where
 * x is small, and too large by a bounded factor where it is large.
 */
function inverseOf(
  x: number,
  a: number,
  h: (y: number) => number,
  slope: (y: number) => number,
): number {
  if (!(x > 0 && x < Infinity)) return x;
  let y = Math.sqrt(Math.log1p(a * x * x) / a);
  for (let step = 0; step < 50; step++) {
    const value = h(y);
    const change = (Math.log(value / x) * value) / slope(y);
    y -= change;
    if (Math.abs(change) <= 1e-9 * y) return y;
  }
  return y;
}
