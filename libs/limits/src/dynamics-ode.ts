import { refuseExplosion } from './dynamics.ts';
import { symmetric, type MeanField } from './moments.ts';
import { solveOde, type OdeTolerance } from './ode.ts';
import type { LimitParameters } from './parameters.ts';

/**
 * The doubly infinite dynamics at time T as `limitMeanField` gives them, but by solving the
 * differential equations of [PF22], Proposition 5.1, numerically.
 *
 * @throws {ExplosionError} if T is not smaller than every input's explosion time.
 */
export function limitMeanFieldByOde(
  { m, lambda }: MeanField,
  parameters: LimitParameters,
  T: number,
  tolerance?: OdeTolerance,
): MeanField {
  const count = m.length;
  refuseExplosion({ m, lambda }, parameters, T);
  const { p1, p2, sigmaW, sigmaB } = parameters;
  const end = solveOde(
    (_, state, slope) => {
      const s = (i: number, j: number) => sigmaB ** 2 + sigmaW ** 2 * state[count + i * count + j];
      for (let i = 0; i < count; i++) {
        slope[i] = (p2 / 2) * s(i, i);
        for (let j = 0; j < count; j++) {
          slope[count + i * count + j] =
            (p2 / 2) * (s(i, i) * state[j] + s(j, j) * state[i]) + p1 ** 2 * s(i, j);
        }
      }
    },
    [...m, ...lambda],
    T,
    tolerance,
  );
  return {
    m: end.slice(0, count),
    lambda: symmetric(count, (i, j) => end[count + i * count + j]),
  };
}
