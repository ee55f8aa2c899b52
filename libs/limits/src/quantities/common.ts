import { ExplosionError } from '../dynamics.ts';
import { activation, notNegative, numbers, positiveIntegerUpTo } from './parameter.ts';

export const sigmaW = notNegative({ description: 'scale of the weights', default: '1' });
export const sigmaB = notNegative({ description: 'scale of the biases', default: '1' });
export const T = notNegative({ description: 'the time that the depth stands for', default: '1' });
export const z = numbers({
  description: 'inputs, each copied into every coordinate',
  default: '0,1',
});
export const phi = activation({ description: 'the activation', default: 'tanh' });
export const depth = positiveIntegerUpTo(100_000, {
  description: 'the number of layers L',
  default: '100',
});

/** A residual network of copied inputs. */
export const residual = { activation: phi, z, T, sigmaW, sigmaB };

/**
 * What `compute` makes of copied inputs.
 *
 * @throws {ExplosionError} that names the input by its z, if the limit explodes.
 */
export function beforeExplosion<Result>(z: readonly number[], compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof ExplosionError)) throw error;
    const { input, explosionTime, T } = error;
    throw new ExplosionError(input, explosionTime, T, `z = ${z[input]}`);
  }
}
