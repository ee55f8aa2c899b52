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
        expect(quantity.compute({ [parameter.name]: parameter.default })).toEqual(rows);
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

  test('the assumptions, with reasons', () => {
    const rows = compute('assumptions', { activation: 'swish', psi: 'tanh' });
    expect(valueOf(rows, 'holds', { source: 'Assumption 2.3' })).toBe(true);
    expect(valueOf(rows, 'reason', { source: 'Assumption 2.3' })).toContain(
      'psi = tanh is bounded',
    );
  });
});

describe('refuses', () => {
  test.each([
    ['moments', { sigmaW: '-1' }, 'sigmaW is -1; it must be a finite number that is not negative.'],
    ['moments', { sigmaB: NaN }, 'sigmaB is null; it must be'],
    ['moments', { T: '' }, 'T is ""; it must be'],
    ['moments', { T: Infinity }, 'T is null; it must be a finite number'],
    ['moments', { T: 'Infinity' }, 'T is Infinity; it must be a finite number'],
    ['correlation-map', { c: '0,2' }, 'c is 0,2; it must be one number from -1 to 1 or several'],
    ['finite-width', { widths: '0' }, 'widths is 0; it must be one positive integer or several'],
    ['finite-width', { widths: '1.5' }, 'widths is 1.5; it must be one positive integer'],
    ['moments', { z: '0,one' }, 'z is 0,one; it must be one number or several'],
    ['moments', { z: [] }, 'z is []; it must be'],
    ['moments', { activation: 'swoosh' }, 'activation is swoosh; it must be one of tanh, swish'],
    ['moments', { width: 3 }, 'moments has no parameter width; it has activation, z, T, sigmaW'],
    ['network-ntk', { depth: '2.5' }, 'depth is 2.5; it must be a positive integer.'],
  ])('%s %o', (name, given, message) => {
    expect(() => compute(name, given)).toThrow(LimitParameterError);
    expect(() => compute(name, given)).toThrow(message);
  });

  test('what does not exist, and says why', () => {
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
    expect(() => compute('ntk', { z: [1e200] })).toThrow(
      'ntkWeights, z = 1e+200, otherZ = 1e+200, leaves',
    );
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
