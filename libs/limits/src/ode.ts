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
 * @throws {Error} if the step vanishes, as it does where y explodes.
 */
export function solveOde(
  slope: OdeSlope,
  start: ArrayLike<number>,
  T: number,
  tolerance: OdeTolerance = fine,
): Float64Array {
  if (T === 0) return Float64Array.from(start);
  const solution = integrateDopri(slope, Array.from(start), 0, T, {
    rtol: tolerance.relative,
    atol: tolerance.absolute,
    maxSteps: 1_000_000,
  });
  return Float64Array.from(solution([T])[0]);
}
