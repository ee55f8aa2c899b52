import type { Key } from '@resdiff/random';
import { instantiateKernel } from './kernel.ts';
import type { Sampler } from './sampler.ts';

export interface GaussianDraws {
  /** The mean of a coordinate for each of N inputs. */
  readonly mean: Float64Array;
  /** The covariance of a coordinate between inputs, N x N row-major, positive semi-definite. */
  readonly covariance: Float64Array;
  /** The Philox key of the run's seed. */
  readonly key: Key;
  /** One of `streams` of libs/random. */
  readonly stream: number;
  /** How many independent coordinates a draw has. */
  readonly keep: number;
}

/** Groups of 16 normals come in pairs. */
const PAIR_OF_GROUPS = 32;

/**
 * Draws of iid Gaussian coordinates, as the transition density of the doubly infinite limit has them
 * ([PF22] (34)). Coordinate d takes the normals d N to d N + N - 1 of its draw, so keeping fewer
 * coordinates does not change those that are kept.
 *
 * @throws RangeError when the mean and the covariance are of different sizes.
 */
export function gaussianSampler(module: WebAssembly.Module, draws: GaussianDraws): Sampler {
  const { mean, covariance, key, stream, keep } = draws;
  const kernel = instantiateKernel(module);
  const { exports } = kernel;
  const count = mean.length;
  if (covariance.length !== count ** 2) {
    throw new RangeError(
      `the covariance has ${covariance.length} entries; of ${count} inputs it must have ${count ** 2}`,
    );
  }
  const bytes = count * count * 8;
  const matrix = exports.reserve(bytes);
  const factorAt = exports.reserve(bytes);
  kernel.doubles(matrix, count * count).set(covariance);
  const rank = exports.pivotedCholesky(matrix, exports.reserve(count * 8), factorAt, count, 1e-14);
  const factor = kernel.doubles(factorAt, count * count).slice();
  const groups = 2 * Math.ceil((keep * count) / PAIR_OF_GROUPS);
  exports.setSeed(key[0], key[1]);
  exports.reserveGroups(groups);
  const normalsAt = exports.reserve(groups * 64);
  return {
    draw(index) {
      exports.startDraw(index, stream);
      exports.startLayer(0);
      exports.normals(normalsAt, groups);
      const z = kernel.floats(normalsAt, keep * count);
      const states = new Float32Array(count * keep);
      for (let input = 0; input < count; input++) {
        for (let d = 0; d < keep; d++) {
          let value = mean[input];
          for (let k = 0; k < rank; k++) value += factor[input * count + k] * z[d * count + k];
          states[input * keep + d] = value;
        }
      }
      return { states };
    },
  };
}
