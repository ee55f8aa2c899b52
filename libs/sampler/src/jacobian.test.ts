import {
  erf,
  identity,
  iidLaw,
  matrixGaussianLaw,
  relu,
  swish,
  tanh,
  type Activation,
} from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { incrementLaw, type JacobianParameterLaw } from './jacobian-law.ts';
import { jacobianProcesses, jacobianSampler, type JacobianDraws } from './jacobian.ts';

const key = seedKey(44);

function drawsOf(settings: Partial<JacobianDraws> & Pick<JacobianDraws, 'law'>): JacobianDraws {
  const { depth = 6, law } = settings;
  return {
    activation: tanh,
    depth,
    T: 1,
    initial: Float64Array.from({ length: law.width }, (_, d) => 0.3 * d - 0.5),
    key,
    stream: streams.jacobian,
    processes: jacobianProcesses,
    layers: [depth],
    ...settings,
  };
}

const iid = (width: number, sigmaW = 1, sigmaB = 1) => iidLaw(width, { sigmaW, sigmaB });

/** A law with dependent rows, columns and biases, and drifts. */
function dependent(width: number, drift = 0.4) {
  return matrixGaussianLaw(width, {
    outputCovariance: { name: 'ar1', rho: 0.6, variance: 1.2 },
    inputCovariance: { name: 'ar1', rho: -0.5, variance: 1 / width },
    biasCovariance: { name: 'low-rank', factor: new Array(width).fill([0.7]), variance: 0 },
    weightDrift: Array.from({ length: width }, (_, o) =>
      Array.from({ length: width }, (_, i) => (drift * (o - i)) / width),
    ),
    biasDrift: new Array<number>(width).fill(drift),
  });
}

/** Where the layers from `first` on take x, iid law: x + phi(W x + b), from the normals themselves. */
function forwards({ law, activation, depth, T, ...draws }: JacobianDraws, index: number) {
  if (law.kind !== 'iid') throw new Error('iid only');
  const { width, sigmaW, sigmaB } = law;
  const step = T / depth;
  return (start: number[], first: number): number[] => {
    let x = start;
    for (let layer = first; layer < depth; layer++) {
      const position = { key: draws.key, stream: draws.stream, draw: index, layer };
      const z = normals(position, width * width + width);
      x = x.map((value, o) => {
        const sum = x.reduce((total, v, i) => total + z[o * width + i] * v, 0);
        const h =
          sigmaW * Math.sqrt(step / width) * sum + sigmaB * Math.sqrt(step) * z[width ** 2 + o];
        return value + activation.phi(h);
      });
    }
    return x;
  };
}

/** d f / d x by central differences, by rows of f. */
function finiteDifferences(f: (x: number[]) => number[], x: number[]): number[][] {
  const columns = x.map((_, i) => {
    const moved = (by: number) => f(x.map((value, j) => (i === j ? value + by : value)));
    const [up, down] = [moved(1e-5), moved(-1e-5)];
    return up.map((value, o) => (value - down[o]) / 2e-5);
  });
  return columns[0].map((_, o) => columns.map((column) => column[o]));
}

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

function product(A: Float64Array, B: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: width * width }, (_, index) => {
    const [i, j] = [Math.floor(index / width), index % width];
    return Array.from({ length: width }, (_, k) => A[i * width + k] * B[k * width + j]).reduce(
      (sum, value) => sum + value,
    );
  });
}

const lessIdentity = (A: Float64Array, width: number) =>
  A.map((value, i) => (i % (width + 1) === 0 ? value - 1 : value));

describe('the Jacobian of the network', () => {
  it.each([tanh, swish, erf])('is what finite differences find: $name', (activation) => {
    for (const width of [1, 2, 5]) {
      const draws = drawsOf({ law: iid(width, 0.9, 0.6), activation, T: 2 });
      const [{ network }] = jacobianSampler(draws).draw(3);
      const map = forwards(draws, 3);
      const expected = finiteDifferences((x) => map(x, 0), [...draws.initial]).flat();
      expect(largest(expected.map((value, i) => value - network![i]))).toBeLessThan(1e-8);
    }
  });

  it('backwards: the gradient norms are those of what the later layers do', () => {
    const depth = 5;
    const draws = drawsOf({ law: iid(4), activation: swish, depth });
    const norms = jacobianSampler(draws).gradientNorms(2);
    expect(norms.length).toBe(depth + 1);
    for (let layer = 0; layer <= depth; layer++) {
      const state = statesAfter(draws, 2, layer);
      const [row] = finiteDifferences((x) => forwards(draws, 2)(x, layer), state);
      expect(Math.abs(norms[layer] - Math.hypot(...row))).toBeLessThan(1e-8);
    }
  });

  it('starts as the identity and is there after every layer that is asked for', () => {
    const draws = drawsOf({ law: iid(3), layers: [0, 2, 6] });
    const all = jacobianSampler(draws).draw(0);
    expect(all.map(({ layer }) => layer)).toEqual([0, 2, 6]);
    for (const process of jacobianProcesses) {
      expect(largest(lessIdentity(all[0][process]!, 3))).toBe(0);
      expect(largest(lessIdentity(all[1][process]!, 3))).toBeGreaterThan(0.01);
    }
    const [last] = jacobianSampler(drawsOf({ law: iid(3) })).draw(0);
    expect(all[2]).toEqual(last);
  });

  it('does not depend on what else is asked for, nor on the order of draws', () => {
    const law = dependent(3);
    const all = jacobianSampler(drawsOf({ law, activation: swish }));
    all.draw(7);
    const [together] = all.draw(4);
    for (const process of jacobianProcesses) {
      const [alone] = jacobianSampler(
        drawsOf({ law, activation: swish, processes: [process] }),
      ).draw(4);
      expect(alone).toEqual({ layer: 6, [process]: together[process] });
    }
    expect(all.draw(5)[0].network).not.toEqual(together.network);
  });

  it('takes relu, which has no limit', () => {
    const draws = drawsOf({ law: iid(3), activation: relu, processes: ['network'] });
    expect(jacobianSampler(draws).draw(0)[0].network!.every(Number.isFinite)).toBe(true);
  });
});

/** x after `layers` layers. */
function statesAfter(draws: JacobianDraws, index: number, layers: number): number[] {
  const { depth, T } = draws;
  if (layers === 0) return [...draws.initial];
  const prefix = { ...draws, depth: layers, T: (T * layers) / depth };
  return forwards(prefix, index)([...draws.initial], 0);
}

/** The mean over draws of a distance. */
function mean(count: number, distance: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += distance(index) / count;
  return sum;
}

const cases: [string, JacobianParameterLaw, Activation][] = [
  ['iid, tanh', iid(4), tanh],
  ['iid, swish', iid(4), swish],
  ['matrix Gaussian with drifts, tanh', dependent(4), tanh],
  ['matrix Gaussian with drifts, swish', dependent(4), swish],
];

/**
 * Errors of order L^{-1/2}: a quarter of the step halves them, within what 40 draws leave. With
 * `dependent` in place of `iid`, wrong brackets or drifts leave errors that do not fall.
 */
describe('as depth grows', () => {
  describe.each(cases)('%s', (_, law, activation) => {
    const drawn = (depth: number) => {
      const sampler = jacobianSampler(drawsOf({ law, activation, depth }));
      return Array.from({ length: 40 }, (_, index) => sampler.draw(index)[0]);
    };
    const { width } = law;
    let depths: ReturnType<typeof drawn>[];
    beforeAll(() => {
      depths = [25, 400].map(drawn);
    });

    it('the Euler scheme becomes the Jacobian of the network', () => {
      const [shallow, deep] = depths.map((draws) =>
        mean(draws.length, (index) => {
          const { network, euler } = draws[index];
          return Math.hypot(...network!.map((value, i) => value - euler![i]));
        }),
      );
      expect(deep / shallow).toBeLessThan(0.4);
      expect(deep).toBeLessThan(0.2);
    });

    it('the scheme of the inverse becomes the inverse', () => {
      const [shallow, deep] = depths.map((draws) =>
        mean(draws.length, (index) => {
          const { euler, inverse } = draws[index];
          return Math.hypot(...lessIdentity(product(euler!, inverse!, width), width));
        }),
      );
      expect(deep / shallow).toBeLessThan(0.4);
      expect(deep).toBeLessThan(0.35);
    });
  });

  it('but not with the elementwise bracket in place of that of matrices', () => {
    const law = iid(4);
    const { width } = law;
    const depth = 400;
    const dt = 1 / depth;
    const { increments, bracket } = incrementLaw(law);
    const elementwise = bracket.map(() => law.sigmaW ** 2 / width);
    const draws = drawsOf({ law, depth, processes: ['euler', 'inverse'] });
    const sampler = jacobianSampler(draws);
    const scheme = (index: number, correction: Float64Array) => {
      let g = lessIdentity(new Float64Array(width * width), width).map((value) => Math.abs(value));
      for (let layer = 0; layer < depth; layer++) {
        const { weights } = increments({ key, stream: streams.jacobian, draw: index, layer }, dt);
        const move = product(
          g,
          weights.map((w, i) => dt * correction[i] - w),
          width,
        );
        g = g.map((value, i) => value + move[i]);
      }
      return g;
    };
    const [{ inverse }] = sampler.draw(0);
    const same = scheme(0, bracket);
    expect(largest(same.map((value, i) => value - inverse![i]))).toBeLessThan(1e-12);
    const error = mean(20, (index) => {
      const wrong = scheme(index, elementwise);
      return Math.hypot(
        ...lessIdentity(product(sampler.draw(index)[0].euler!, wrong, width), width),
      );
    });
    expect(error).toBeGreaterThan(0.7);
  });
});

describe('what is refused', () => {
  it.each<[string, Partial<JacobianDraws>, string]>([
    ['a depth of 0', { depth: 0 }, 'depth must be a whole number from 1'],
    ['a negative T', { T: -1 }, 'T must be finite and not negative, not -1'],
    [
      'another width',
      { initial: new Float64Array(2) },
      'the input has 2 coordinates, but the width is 3',
    ],
    [
      'layers beyond the last',
      { layers: [2, 7] },
      'layers must increase from 0 to at most 6, not 2, 7',
    ],
    ['layers out of order', { layers: [2, 2] }, 'layers must increase'],
    ['the limit of relu', { activation: relu }, 'relu has no diffusion limit'],
  ])('%s', (_, settings, message) => {
    const draws = { ...drawsOf({ law: iid(3) }), ...settings };
    expect(() => jacobianSampler(draws)).toThrow(RangeError);
    expect(() => jacobianSampler(draws)).toThrow(message);
  });

  it('nothing at a depth of 1 and a width of 1', () => {
    const draws = drawsOf({ law: iid(1), depth: 1, activation: identity });
    const [{ network, euler }] = jacobianSampler(draws).draw(0);
    expect(network).toEqual(euler);
  });
});
