import type { MeanField } from './moments.ts';

/**
 * The mean field after L layers of T / L each.
 *
 * @throws {RangeError} if L is not a positive integer or T is not a non-negative number.
 */
export function recurse(
  start: MeanField,
  T: number,
  L: number,
  layer: (state: MeanField, dt: number) => MeanField,
): MeanField {
  if (!Number.isSafeInteger(L) || L < 1) {
    throw new RangeError(`The depth L is ${L}; it must be a positive integer.`);
  }
  if (!(T >= 0 && T < Infinity)) {
    throw new RangeError(`The time T is ${T}; it must be a number that is not negative.`);
  }
  let state = start;
  for (let l = 0; l < L; l++) state = layer(state, T / L);
  return state;
}
