import type { Activation } from './activation.ts';

/** How fast |phi(x)| grows with |x|. */
export type Growth = 'bounded' | 'square-root' | 'linear' | 'faster than linear';

/** What a function does, found by evaluating it and not by what is declared of it. */
export interface ActivationKind {
  readonly smooth: boolean;
  readonly bounded: boolean;
  readonly homogeneous: boolean;
  /** phi(x) = a x. */
  readonly linear: boolean;
  readonly growth: Growth;
  /** phi and its derivatives at 0 by differences of phi alone, to about 1e-6; NaN at a kink. */
  readonly atZero: { readonly phi: number; readonly dphi: number; readonly ddphi: number };
}

type Evaluated = Pick<Activation, 'phi' | 'dphi' | 'ddphi'>;

/** Contains 0, where kinks usually are, and no other point that is likely to be special. */
const grid = Array.from({ length: 481 }, (_, i) => (i - 240) * (1 / 37));

/** The kind of a function, tested numerically on [-6.5, 6.5] and far from 0. */
export function activationKind(activation: Evaluated): ActivationKind {
  const { phi } = activation;
  const growth = growthOf(phi);
  return {
    smooth: isSmooth(activation),
    bounded: growth === 'bounded',
    homogeneous: isMultiplicative(phi, [3, 1 / 7]),
    linear: isMultiplicative(phi, [3, 1 / 7, -1, -2.5]),
    growth,
    atZero: derivativesAtZero(phi),
  };
}

/** phi(a x) = a phi(x) for these a. */
function isMultiplicative(phi: (x: number) => number, factors: readonly number[]): boolean {
  return factors.every((a) =>
    grid.every((x) => Math.abs(phi(a * x) - a * phi(x)) <= 1e-12 * Math.max(1, Math.abs(a * x))),
  );
}

/** No jump of phi, phi' or phi'' over 2e-7, and phi' and phi'' have the slope that they should. */
function isSmooth({ phi, dphi, ddphi }: Evaluated): boolean {
  const step = 1e-7;
  const jump = (f: (x: number) => number, x: number) => Math.abs(f(x + step) - f(x - step));
  const slopeError = (f: (x: number) => number, df: (x: number) => number, x: number) =>
    Math.abs((f(x + 1e-4) - f(x - 1e-4)) / 2e-4 - df(x));
  return grid.every(
    (x) =>
      [phi, dphi, ddphi].every((f) => jump(f, x) < 1e-5) &&
      slopeError(phi, dphi, x) < 1e-6 &&
      slopeError(dphi, ddphi, x) < 1e-6,
  );
}

const spread = Array.from({ length: 60 }, (_, i) => 1 + i * Math.SQRT1_2);

/** The exponent of growth between 1e6 and 1e12, on the side that grows faster. */
function growthOf(phi: (x: number) => number): Growth {
  // The largest of many points, so that zeros of an oscillation do not matter.
  const size = (x: number) =>
    Math.max(...spread.flatMap((s) => [phi(s * x), phi(-s * x)]).map(Math.abs));
  if (size(1e12) === 0) return 'bounded';
  const exponent = Math.log(size(1e12) / size(1e6)) / Math.log(1e6);
  if (!(exponent < 1.05)) return 'faster than linear';
  if (exponent > 0.52) return 'linear';
  return exponent > 0.02 ? 'square-root' : 'bounded';
}

function derivativesAtZero(phi: (x: number) => number): ActivationKind['atZero'] {
  const slope = (h: number) => (phi(h) - phi(-h)) / (2 * h);
  const curvature = (h: number) => (phi(h) - 2 * phi(0) + phi(-h)) / (h * h);
  // A kink makes the second difference grow like 1/h.
  const kink = Math.abs(curvature(1e-4) - curvature(1e-3)) > 1e-3 * (1 + Math.abs(curvature(1e-3)));
  return {
    phi: phi(0),
    dphi: kink ? NaN : (4 * slope(5e-4) - slope(1e-3)) / 3,
    ddphi: kink ? NaN : (4 * curvature(5e-4) - curvature(1e-3)) / 3,
  };
}
