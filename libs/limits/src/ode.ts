import { integrateDopri } from 'dopri';

/** dy/dt, written into `slope`. */
export type OdeSlope = (t: number, y: readonly number[], slope: number[]) => void;

export interface OdeTolerance {
  /** Per step, relative to y. */
  readonly relative: number;
  /** Per step. */
  readonly absolute: number;
}

const fine: OdeTolerance = { relative: 1e-13, absolute: 1e-14 };

/**
 * y(T) of y' = slope(t, y), y(0) = start, by the adaptive method of order 5(4) of Dormand and
 * Prince (1980).
 *
 * @throws {Error} if the step vanishes or y is not finite any more, as where it explodes.
 */
export function solveOde(
  slope: OdeSlope,
  start: ArrayLike<number>,
  T: number,
  tolerance: OdeTolerance = fine,
): Float64Array {
  if (T === 0) return Float64Array.from(start);
  // In units of T, as dopri has a first and a least step that are numbers and no parts of the time.
  const inUnits: OdeSlope = (t, y, out) => {
    // It goes on from a step whose error is NaN, a million times, though no step can follow it.
    if (Number.isNaN(t)) throw new Error('The solution leaves the finite numbers.');
    slope(T * t, y, out);
    for (let i = 0; i < out.length; i++) out[i] *= T;
  };
  const solution = integrateDopri(inUnits, Array.from(start), 0, 1, {
    rtol: tolerance.relative,
    atol: tolerance.absolute,
    maxSteps: 1_000_000,
    stepSizeMin: 1e-12,
    tcrit: [1],
  });
  return Float64Array.from(solution([1])[0]);
}
