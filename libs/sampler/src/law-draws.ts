import { dt, type Activation, type ParameterDrift, type ParameterLaw } from '@resdiff/networks';
import type { Key } from '@resdiff/random';
import { isFinite32, lost } from './direct.ts';
import { checkNetworkDraws, type Increment, type Sampler } from './sampler.ts';

/**
 * Draws of x_{t+dt} = x_t + phi(DW psi(x_t) + Db), DW = mu^W dt + eps^W sqrt(dt),
 * Db = mu^b dt + eps^b sqrt(dt), for any law of the parameters ([PF22] (8), section 3.1), or of the
 * Euler scheme of its limiting diffusion (Theorem 3.1).
 */
export interface LawDraws {
  readonly law: ParameterLaw;
  /** L. */
  readonly depth: number;
  readonly T: number;
  /** phi. */
  readonly activation: Activation;
  /** By default the identity. */
  readonly psi?: Activation;
  readonly increment: Increment;
  /** The initial states x_0: N arrays of length D. */
  readonly initial: readonly Float64Array[];
  /** The Philox key of the run's seed. */
  readonly key: Key;
  /** One of `streams` of libs/random. */
  readonly stream: number;
  /** How many coordinates a draw keeps, from the first. */
  readonly keep: number;
}

/** A layer's noise for the features psi(x) of every input. */
export interface LayerNoise {
  /** eps^W psi + eps^b for each input. */
  readonly noise: readonly Float64Array[];
  /** diag V(x), the variances of its coordinates, for each input. */
  readonly variances: readonly Float64Array[];
}

export type DrawNoise = (
  features: readonly Float64Array[],
  draw: number,
  layer: number,
) => LayerNoise;

/** The recursion with noise from wherever it comes, in f64. */
export function lawSampler(draws: LawDraws, noiseOf: DrawNoise): Sampler {
  checkLawDraws(draws);
  const { law, initial, depth, keep } = draws;
  const psi = draws.psi?.phi ?? ((x: number) => x);
  const step = dt(draws);
  const move = mover(draws);
  return {
    draw(index) {
      const states = initial.map((x) => Float64Array.from(x));
      for (let layer = 0; layer < depth; layer++) {
        const features = states.map((x) => x.map(psi));
        const { noise, variances } = noiseOf(features, index, layer);
        states.forEach((x, i) => {
          const drift = driftOf(law, features[i]);
          for (let d = 0; d < x.length; d++) {
            x[d] += move(drift[d] * step, noise[i][d] * Math.sqrt(step), variances[i][d] * step);
          }
        });
        if (!states.every(isFinite32)) return lost(initial.length * keep, layer + 1);
      }
      const kept = new Float32Array(initial.length * keep);
      states.forEach((x, input) => kept.set(x.subarray(0, keep), input * keep));
      return { states: kept };
    },
  };
}

/** The increment of a coordinate from the drift, the noise and the variance of its preactivation. */
function mover({ increment, activation }: LawDraws) {
  const { phi, atZero } = activation;
  if (increment === 'recursion') return (drift: number, noise: number) => phi(drift + noise);
  return (drift: number, noise: number, variance: number) =>
    atZero.dphi * (drift + noise) + (atZero.ddphi / 2) * variance;
}

/** mu^W psi + mu^b. */
function driftOf({ weightDrift, biasDrift }: ParameterDrift, features: Float64Array): Float64Array {
  const drift = biasDrift ? biasDrift.slice() : new Float64Array(features.length);
  if (weightDrift) addProduct(drift, weightDrift, features);
  return drift;
}

/** out += M x, M row-major with as many columns as x has entries. */
export function addProduct(out: Float64Array, matrix: Float64Array, x: ArrayLike<number>): void {
  for (let row = 0; row < out.length; row++) {
    let sum = 0;
    for (let k = 0; k < x.length; k++) sum += matrix[row * x.length + k] * x[k];
    out[row] += sum;
  }
}

function checkLawDraws({ law, depth, T, activation, initial, keep }: LawDraws): void {
  const network = { width: law.width, depth, T, activation, sigmaW: 0, sigmaB: 0 };
  checkNetworkDraws({ network, initial, keep });
  if (law.width > MOST[law.kind]) {
    throw new RangeError(
      `a law of kind ${law.kind} is drawn up to width ${MOST[law.kind]}, not ${law.width}`,
    );
  }
}

/** Matrices of D x D, or D^2 x D^2, and their factors must fit in memory. */
const MOST: Record<ParameterLaw['kind'], number> = {
  iid: 2 ** 13,
  'matrix-gaussian': 2 ** 12,
  general: 48,
};
