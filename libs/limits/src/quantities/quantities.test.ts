import { describe, expect, test } from 'vitest';
import { CurvatureError, NoDiffusionLimitError } from '../parameters.ts';
import {
  findLimitQuantity,
  LimitParameterError,
  limitQuantities,
  type QuantityRow,
} from './index.ts';

const compute = (name: string, given: Record<string, unknown> = {}) =>
  findLimitQuantity(name)!.compute(given);

const valueOf = (
  rows: readonly QuantityRow[],
  quantity: string,
  at: Record<string, number | string> = {},
) => {
  const found = rows.filter(
    (row) =>
      row.quantity === quantity &&
      Object.entries(at).every(([key, value]) => row.at[key] === value),
  );
  expect(found).toHaveLength(1);
  return found[0].value as number;
};

const identity = (size: number, scale = 1) =>
  Array.from({ length: size }, (_, k) =>
    Array.from({ length: size }, (__, i) => (k === i ? scale : 0)),
  );

describe('limitQuantities', () => {
  test('names are unique, and found', () => {
    const names = limitQuantities.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const quantity of limitQuantities) expect(findLimitQuantity(quantity.name)).toBe(quantity);
    expect(findLimitQuantity('moment')).toBeUndefined();
  });

  test.each(limitQuantities.map((quantity) => [quantity.name, quantity] as const))(
    '%s: has rows from its defaults, which JSON keeps, and describes its parameters',
    (_, quantity) => {
      const rows = quantity.compute({});
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
      for (const parameter of quantity.parameters) {
        expect(parameter.description).not.toBe('');
        expect(parameter.expected).not.toBe('');
        // The defaults are what the description says that they are.
        const { only } = parameter;
        const beside = only ? { [only.parameter]: only.values[0] } : {};
        const given = { ...beside, [parameter.name]: parameter.default };
        expect(quantity.compute(given)).toEqual(only ? quantity.compute(beside) : rows);
      }
    },
  );

  test('takes text and values alike', () => {
    const text = { activation: 'SiLU', z: '0, 1', T: '1', sigmaW: '1', sigmaB: '1e0' };
    const values = { activation: 'swish', z: [0, 1], T: 1, sigmaW: 1, sigmaB: 1 };
    expect(compute('moments', text)).toEqual(compute('moments', values));
  });
});

describe('the reference numbers', () => {
  test('explosion times of swish', () => {
    const rows = compute('explosion-time', { activation: 'swish', z: '0,1,2,0.75' });
    expect(valueOf(rows, 'explosionTime', { z: 0 }).toFixed(8)).toBe('4.83679830');
    expect(valueOf(rows, 'explosionTime', { z: 1 }).toFixed(8)).toBe('2.77258872');
    expect(valueOf(rows, 'explosionTime', { z: 2 }).toFixed(8)).toBe('1.72163576');
    expect(valueOf(rows, 'explosionTime', { z: 0.75 })).toBeCloseTo(3.2, 12);
    expect(compute('explosion-time', { z: 5 })[0].value).toBe('never');
  });

  test('moments and transition of swish', () => {
    const rows = compute('moments', { activation: 'swish' });
    expect(valueOf(rows, 'm', { z: 1 }).toFixed(8)).toBe('1.79339525');
    const density = compute('transition', { activation: 'swish' });
    expect(valueOf(density, 'covariance', { z: 0, otherZ: 1 }).toFixed(5)).toBe('0.33870');
    expect(valueOf(density, 'covariance', { z: 1, otherZ: 1 }).toFixed(8)).toBe('0.79339525');
  });

  test('tangent kernels', () => {
    const pair = { z: 1, otherZ: 2 };
    expect(valueOf(compute('ntk', { z: [1, 2] }), 'ntkWeights', pair).toFixed(5)).toBe('6.43656');
    const rows = compute('network-ntk', { z: '1,2', depth: '50' });
    expect(valueOf(rows, 'ntkWeights', pair).toFixed(5)).toBe('4.40043');
    expect(valueOf(rows, 'ntkBiases', pair).toFixed(5)).toBe('1.30314');
  });

  test('completed networks', () => {
    const rows = compute('completed-kernels', { sigmaZ: 0.5, sigmaY: 2 });
    // (37): sigmaY^2 (sigmaZ^2 (C + 2) E <z, z'> + r (C E + E - 1)).
    expect(valueOf(rows, 'slope', { kernel: 'tangent' })).toBeCloseTo(3 * Math.E, 13);
    expect(valueOf(rows, 'constant', { kernel: 'tangent' })).toBeCloseTo(8 * Math.E - 4, 13);
    expect(valueOf(rows, 'sigmaBeta')).toBeCloseTo(Math.sqrt(Math.E), 14);
  });

  test('networks of finite depth, the Jacobian, the edge of chaos, finite widths', () => {
    const network = compute('network-moments', { depth: 10 });
    expect(valueOf(network, 'q', { z: 0 }).toFixed(5)).toBe('1.14099');
    expect(valueOf(compute('jacobian', { width: 2 }), 'inverse')).toBeCloseTo(Math.exp(0.5), 14);
    const edge = compute('edge-of-chaos', { sigmaB: 0.2 });
    expect(valueOf(edge, 'sigmaW').toFixed(8)).toBe('1.30414584');
    expect(compute('edge-of-chaos', { activation: 'relu', sigmaB: 0 })[1].value).toBe('any');
    const growth = compute('finite-width', { widths: '3,4' });
    expect(valueOf(growth, 'initialLogNormGrowth', { width: 3 })).toBeLessThan(0);
    expect(valueOf(growth, 'initialLogNormGrowth', { width: 4 })).toBeGreaterThan(0);
  });

  test('the correlation map ends at its fixed point', () => {
    const rows = compute('correlation-map', { sigmaW: 1.5, sigmaB: 0.2, layers: 150 });
    const end = valueOf(rows, 'correlation', { layer: 150 });
    const [inner] = rows.filter(({ quantity }) => quantity === 'correlationFixedPoint');
    expect(end).toBeCloseTo(inner.value as number, 4);
  });

  test('the sites of an image, two beside each other', () => {
    const given = { image: [[1, 3]], sigmaW: 0.8, sigmaB: 0.5 };
    const rows = compute('convolutional-moments', given);
    // Both patches hold both sites: q_0 + q_1 grows as s' = 2 (sigmaB^2 + sigmaW^2 s).
    const [growth, ratio] = [Math.exp(2 * 0.64), 0.25 / 0.64];
    const sum = (10 + ratio) * growth - ratio;
    const q = (column: number) => valueOf(rows, 'q', { row: 0, column });
    expect(q(0) + q(1)).toBeCloseTo(sum, 8);
    expect(q(1) - q(0)).toBeCloseTo(8, 8);
    // Of the sites' patches (-, 0, 1) and (0, 1, -), only the middle places are both inside.
    const lambda = valueOf(rows, 'lambdaCentre', { column: 0 });
    expect(lambda).toBeCloseTo((3 + ratio) * Math.exp(0.64) - ratio, 8);
    const scaled = compute('convolutional-moments', { ...given, patchScaling: 'fan-in' });
    expect(valueOf(scaled, 'q', { column: 1 })).toBeLessThan(q(1));
    const exploding = { ...given, activation: 'swish', T: 30 };
    expect(() => compute('convolutional-moments', exploding)).toThrow('take a smaller T');
    expect(() => compute('convolutional-moments', { kernel: 2 })).toThrow('it must be odd');
    const image = [Array.from({ length: 257 }, () => 1)];
    expect(() => compute('convolutional-moments', { image })).toThrow('at most 256 sites');
  });

  test('the assumptions, with reasons', () => {
    const rows = compute('assumptions', { activation: 'swish', psi: 'tanh' });
    expect(valueOf(rows, 'holds', { source: 'Assumption 2.3' })).toBe(true);
    expect(valueOf(rows, 'reason', { source: 'Assumption 2.3' })).toContain(
      'psi = tanh is bounded',
    );
  });
});

describe('laws of the parameters', () => {
  const states = [
    [0.4, -1.2],
    [1, 0.3],
  ];
  const drifts = {
    weightDrift: [
      [0.5, -1],
      [2, 0.3],
    ],
    biasDrift: [1, -2],
  };
  const [u, v] = [
    [0.6, -0.4, 1.1, 0.2],
    [-0.3, 0.9, 0.5, -0.7],
  ];
  const laws: Record<string, Record<string, unknown>> = {
    iid: { law: 'iid', sigmaW: 1.3, sigmaB: 0.6 },
    'matrix-gaussian': {
      law: 'matrix-gaussian',
      outputCovariance: { name: 'ar1', rho: 0.6, variance: 1.5 },
      inputCovariance: '[[1, -0.5], [-0.5, 0.75]]',
      biasCovariance: { name: 'diagonal', variances: [0.3, 0.2] },
    },
    general: {
      law: 'general',
      weightCovariance: { name: 'low-rank', factor: u.map((x, i) => [x, v[i]]), variance: 0.1 },
      biasCovariance: { name: 'identity', variance: 0.4 },
    },
  };
  /**
   * Weights (row-wise) and biases as sums of vectors times independent standard normals, whose products
   * add up to the covariances above: by Cholesky factors, worked out by hand.
   */
  const [weightParts, biasParts] = [
    {
      iid: identity(4, 1.3 / Math.SQRT2),
      'matrix-gaussian': [
        // Sigma_O = 1.5 [1, 0.6; 0.6, 1], Sigma_I = [1, -0.5; -0.5, 0.75].
        [1, 0.6].map((x) => Math.sqrt(1.5) * x),
        [0, 0.8].map((x) => Math.sqrt(1.5) * x),
      ].flatMap((output) =>
        [
          [1, -0.5],
          [0, Math.SQRT1_2],
        ].map((input) => output.flatMap((x) => input.map((y) => x * y))),
      ),
      general: [u, v, ...identity(4, Math.sqrt(0.1))],
    } as Record<string, number[][]>,
    {
      iid: identity(2, 0.6),
      'matrix-gaussian': [
        [Math.sqrt(0.3), 0],
        [0, Math.sqrt(0.2)],
      ],
      general: identity(2, Math.sqrt(0.4)),
    } as Record<string, number[][]>,
  ];

  test.each(Object.keys(laws))('%s: drift and covariance, normal by normal', (name) => {
    const rows = compute('instantaneous-moments', {
      ...{ activation: 'swish', psi: 'tanh', states, ...drifts },
      ...laws[name],
    });
    const psi = states.map((x) => x.map(Math.tanh));
    const image = (part: number[], x: number[]) =>
      [0, 1].map((o) => part[2 * o] * x[0] + part[2 * o + 1] * x[1]);
    const covariance = (i: number, o: number, j: number, p: number) =>
      weightParts[name].reduce(
        (sum, part) => sum + image(part, psi[i])[o] * image(part, psi[j])[p],
        biasParts[name].reduce((sum, part) => sum + part[o] * part[p], 0),
      );
    const index = [0, 1];
    for (const i of index) {
      for (const o of index) {
        const mean = drifts.biasDrift[o] + image(drifts.weightDrift.flat(), psi[i])[o];
        const drift = mean / 2 + covariance(i, o, i, o) / 4;
        expect(valueOf(rows, 'drift', { input: i, coordinate: o })).toBeCloseTo(drift, 13);
      }
    }
    const covariances = rows.filter(({ quantity }) => quantity === 'covariance');
    expect(covariances).toHaveLength(3 + 4 + 3);
    for (const { at, value } of covariances) {
      const { input, coordinate, otherInput, otherCoordinate } = at as Record<string, number>;
      const expected = covariance(input, coordinate, otherInput, otherCoordinate) / 4;
      expect(value).toBeCloseTo(expected, 13);
    }
  });

  test.each(Object.keys(laws))(
    '%s: over half the time everything is twice as fast, matrices given back',
    (name) => {
      const law = { ...laws[name], ...drifts };
      const changed = compute('time-change', { T: 3, to: 1.5, width: 2, ...law });
      const given: Record<string, unknown> = { law: name };
      for (const { quantity, at, value } of changed) {
        const { row, column } = at as { row?: number; column?: number };
        if (row === undefined) given[quantity] = value;
        else if (column === undefined) ((given[quantity] ??= []) as unknown[])[row] = value;
        else {
          const matrix = (given[quantity] ??= []) as unknown[][];
          (matrix[row] ??= [])[column] = value;
          if (quantity !== 'weightDrift') (matrix[column] ??= [])[row] = value;
        }
      }
      expect(Object.keys(given).sort()).toEqual(Object.keys(law).sort());
      const about = { activation: 'gelu', psi: 'sin', states };
      const slow = compute('instantaneous-moments', { ...about, ...law });
      const fast = compute('instantaneous-moments', { ...about, ...given });
      slow.forEach(({ value }, i) => expect(fast[i].value).toBeCloseTo(2 * (value as number), 13));
    },
  );

  test('a number is a drift along the identity, and of every bias; 0 is none', () => {
    const brief = { weightDrift: '0.5', biasDrift: -2 };
    const long = { weightDrift: identity(2, 0.5), biasDrift: '[-2, -2]' };
    for (const name of ['instantaneous-moments', 'time-change']) {
      expect(compute(name, brief)).toEqual(compute(name, long));
    }
    const rows = compute('time-change', { T: 4, weightDrift: 0 });
    expect(rows).toEqual([
      { quantity: 'sigmaW', at: {}, value: 2 },
      { quantity: 'sigmaB', at: {}, value: 2 },
    ]);
  });
});

describe('refuses', () => {
  const M = 'instantaneous-moments';
  const gaussian = { law: 'matrix-gaussian' };
  test.each<[string, Record<string, unknown>, string]>([
    [M, { law: 'wishart' }, 'law is wishart; it must be one of iid, matrix-gaussian, general.'],
    [M, { ...gaussian, sigmaW: 2 }, 'sigmaW means nothing where law is matrix-gaussian; leave it'],
    [M, { inputCovariance: 'identity' }, 'where law is iid; leave it out, or let law be matrix-g'],
    [M, { states: '[[1, 2], [3]]' }, 'states is [[1, 2], [3]]; it must be rows of finite numbers'],
    [M, { states: [[1, NaN]] }, 'it must be rows of finite numbers, all of one length, such as'],
    [M, { states: [] }, 'states is []; it must be'],
    [M, { states: [[]] }, 'states is [[]]; it must be'],
    [M, { states: '1,2' }, 'states is 1,2; it must be'],
    [M, { states: identity(21) }, 'states is 21 x 21; it must have at most 400 entries.'],
    [M, { states: [identity(151)[0]] }, 'states makes the width 151; with the law iid it must be'],
    [M, { ...gaussian, inputCovariance: 'toeplitz' }, 'is toeplitz; it must be identity, rows'],
    [M, { ...gaussian, inputCovariance: '' }, 'inputCovariance is ""; it must be identity'],
    [M, { weightDrift: 'x' }, 'weightDrift is x; it must be a number, for that times the'],
    [M, { biasDrift: Infinity }, 'biasDrift is Infinity; it must be a number, for every entry'],
    ['time-change', { width: 17, law: 'general' }, 'with the law general it must be at most 16.'],
    ['time-change', { T: 0 }, 'T is 0; it must be a finite positive number.'],
    ['moments', { toString: 1 }, 'moments has no parameter toString; it has activation, z'],
    ['moments', { z: 'x'.repeat(99) }, `z is ${'x'.repeat(80)}...; it must be`],
    ['moments', { sigmaW: '-1' }, 'sigmaW is -1; it must be a finite number that is not negative.'],
    ['moments', { sigmaB: NaN }, 'sigmaB is NaN; it must be'],
    ['moments', { T: '' }, 'T is ""; it must be'],
    ['moments', { T: Infinity }, 'T is Infinity; it must be a finite number'],
    ['moments', { T: 'Infinity' }, 'T is Infinity; it must be a finite number'],
    ['correlation-map', { c: '0,2' }, 'c is 0,2; it must be one number from -1 to 1 or several'],
    ['finite-width', { widths: '0' }, 'widths is 0; it must be one positive integer or several'],
    ['finite-width', { widths: '1.5' }, 'widths is 1.5; it must be one positive integer'],
    ['moments', { z: '0,one' }, 'z is 0,one; it must be one number or several'],
    ['moments', { z: [] }, 'z is []; it must be'],
    ['moments', { activation: 'swoosh' }, 'activation is swoosh; it must be one of tanh, swish'],
    ['moments', { width: 3 }, 'moments has no parameter width; it has activation, z, T, sigmaW'],
    [
      'network-ntk',
      { depth: '2.5' },
      'depth is 2.5; it must be a positive integer, at most 100000.',
    ],
    ['network-moments', { depth: 1e9 }, 'depth is 1000000000; it must be a positive integer, at'],
    [
      'correlation-map',
      { layers: 1e5 },
      'layers is 100000; it must be a positive integer, at most',
    ],
  ])('%s %o', (name, given, message) => {
    expect(() => compute(name, given)).toThrow(LimitParameterError);
    expect(() => compute(name, given)).toThrow(message);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ inputCovariance: [[1]] }, 'inputCovariance is 1 x 1; it must be 2 x 2.'],
    [{ outputCovariance: [[-1, 0], [0, 1]] }, 'outputCovariance has the eigenvalue -1; it must be'], // prettier-ignore
    [{ biasCovariance: [[1, NaN], [NaN, 1]] }, 'biasCovariance[0][1] is NaN; it must be a finite'], // prettier-ignore
    [{ law: 'general', weightCovariance: [[1]] }, 'weightCovariance is 1 x 1; it must be 4 x 4.'],
    [{ weightDrift: [[1, 2]] }, 'weightDrift is 1 x 2; it must be 2 x 2.'],
    [{ biasDrift: '[1, 2, 3]' }, 'biasDrift has 3 entries; it must have 2.'],
  ])('%o of a law', (given, message) => {
    for (const name of ['instantaneous-moments', 'time-change']) {
      expect(() => compute(name, { law: 'matrix-gaussian', ...given })).toThrow(message);
    }
  });

  test('what does not exist, and says why', () => {
    expect(() => compute('instantaneous-moments', { activation: 'relu' })).toThrow(
      NoDiffusionLimitError,
    );
    expect(() => compute('moments', { activation: 'relu' })).toThrow(NoDiffusionLimitError);
    expect(() => compute('ntk', { activation: 'swish' })).toThrow(CurvatureError);
    expect(() => compute('jacobian', { activation: 'gelu' })).toThrow(CurvatureError);
    // 4.8367983 is rounded down.
    expect(() => compute('moments', { activation: 'swish', T: 5, z: '0' })).toThrow(
      'T must be smaller than 4.83679.',
    );
    for (const name of ['moments', 'transition']) {
      expect(() => compute(name, { activation: 'swish', T: 3, z: [0, 1, 2] })).toThrow(
        'The limit of z = 2 explodes at time 1.72163, so it has no state at T = 3; T must be smaller than 1.72163.',
      );
    }
    expect(() => compute('edge-of-chaos', { activation: 'relu' })).toThrow('sigmaB must be 0');
  });

  test('what no number holds, and says which parameters', () => {
    expect(() => compute('moments', { T: 1000 })).toThrow(
      'q, z = 0, leaves the numbers of 64 bits for z = 0,1, T = 1000, sigmaW = 1, sigmaB = 1; take some',
    );
    expect(() => compute('time-change', { T: 1e308, to: 1e-9, law: 'general' })).toThrow(
      'leaves the numbers of 64 bits for T = 1e+308, to = 1e-9, width = 2, weightDrift = 0, biasD',
    );
    expect(() => compute('ntk', { z: [1e200] })).toThrow(
      'ntkWeights, z = 1e+200, otherZ = 1e+200, leaves',
    );
  });

  test('what quadratures do not resolve in seconds, and says where', () => {
    const many = Array.from({ length: 13 }, (_, i) => i / 13);
    for (const name of ['network-moments', 'network-ntk']) {
      expect(() => compute(name, { T: 12, depth: 2, z: many })).toThrow(
        /^The preactivations of layer 1 have the variance 1\d\.\d+, beyond 10, up to which .* take more layers, at most 12 inputs, or smaller/,
      );
      expect(() => compute(name, { T: 4800, depth: 400, z: [0, 1, 2] })).toThrow(
        /^The preactivations of layer 1 have .* each layer from there on, 2400 in all, .* take at most 333 such/,
      );
      expect(() => compute(name, { T: 12, depth: 2, z: 0 })).not.toThrow();
      expect(() => compute(name, { T: 12, depth: 2, sigmaW: 1000 })).toThrow(
        'The preactivations of layer 1 have the variance 6.00001e+6, beyond 1000000',
      );
      expect(() => compute(name, { activation: 'identity', T: 1e6, depth: 3 })).not.toThrow();
    }
    expect(() => compute('correlation-map', { sigmaW: 1500, layers: 2 })).toThrow(
      'The pre-activations of layer 2 have the variance 2.24',
    );
    expect(() => compute('correlation-map', { q: 1e300 })).toThrow('of layer 0 have the variance');
    expect(() => compute('correlation-map', { q: 1e100, activation: 'relu' })).not.toThrow();
  });

  test('no correlation of what does not vary, but says so', () => {
    const rows = compute('kernels', { sigmaB: 0, z: [0, 1] });
    expect(valueOf(rows, 'correlation', { z: 0, otherZ: 1 })).toBe('undefined');
    expect(valueOf(rows, 'correlation', { z: 1, otherZ: 1 })).toBe(1);
    const map = compute('correlation-map', { q: 0, layers: 1 });
    expect(valueOf(map, 'correlation', { layer: 0 })).toBe('undefined');
    expect(valueOf(map, 'correlation', { layer: 1 })).toBe(1);
  });
});
