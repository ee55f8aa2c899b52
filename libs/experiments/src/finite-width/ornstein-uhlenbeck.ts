import type { Activation } from '@resdiff/networks';

/** a Y^2 at most at the beginning: h(Y) grows like exp(a Y^2), and the numbers of 32 bits end at e^88. */
export const MOST_EXPONENT = 64;

/** Standard deviations of the stationary Y, 1/sqrt(2a), that it is let to go without leaving. */
const REACH = 6;

/**
 * Layers that keep the process in the numbers of 32 bits: a layer multiplies a large X = h(Y) by about
 * 1 + 2 a Y z sqrt(T/L), z ~ N(0, 1), whose logarithm has a mean below 0 where 2 a |Y| sqrt(T/L) <= 1, and
 * above 0 from about 1.6 on, where X then grows without end. So it is of Y_0, and of what Y reaches later.
 */
export function leastLayers({
  reversion: a,
  initialY,
  T,
}: {
  readonly reversion: number;
  readonly initialY: number;
  readonly T: number;
}): number {
  return 4 * a ** 2 * T * Math.max(initialY ** 2, REACH ** 2 / (2 * a));
}

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
