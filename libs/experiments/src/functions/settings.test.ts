import { describe, expect, it } from 'vitest';
import {
  refusals,
  refusedChoice,
  refusedData,
  refusedPositive,
  refusedWhole,
} from '../../test/refusals.ts';
import { functions } from '../functions.ts';
import { readPipeline } from '../pipeline.ts';
import { curveInputs, networksOf, tableInputs } from './networks.ts';
import { functionsSettings } from './settings.ts';

const seeds = refusedData.filter(([key]) => key === 'seed');
const sizes = 'must be one or more different whole numbers from 1 to 100000, such as [10, 100]';
const sigmaW =
  'must be a finite number, 0 or above, or edge-of-chaos, or a list of one for each activation';

describe('refused', () => {
  it.each([
    ...seeds,
    refusedChoice('kind', 'residual', 'feedforward'),
    [
      'activations',
      ['sigmoid', '', ['tanh', 'sigmoid'], 'tanh,none', 3],
      'must be one of tanh, swish, relu, identity, erf, sin, gelu, softplus-shifted, sigmoid-centred',
    ],
    [
      'activations',
      [['tanh', 'tanh'], 'swish,silu', [], null],
      'must be a list of different activations out of tanh, swish, relu, identity, erf, sin, gelu, softplus-shifted, sigmoid-centred',
    ],
    ['depths', [0, 1.5, 100_001, [], [10, 10], 'text', null], sizes],
    ['widths', [0, 1.5, 100_001, [], [10, 10], 'text', null], sizes],
    refusedPositive('T'),
    ['sigmaW', [-1, 'text', null, [], [1, -1], NaN, Infinity], sigmaW],
    [
      'sigmaB',
      [-1, 'edge-of-chaos', null, [], [1, -1], NaN, Infinity],
      'must be a finite number, 0 or above, or a list of one for each activation, such as [0.2, 0]',
    ],
    [
      'interval',
      [[2, -2], [1, 1], [0], [0, 1, 2], 3, 'text', null, [0, Infinity]],
      'must be two ascending finite numbers, such as [-2, 2]',
    ],
    refusedWhole('draws', 1, 2 ** 31 - 1),
    refusedWhole('tablePoints', 2, 1000),
    refusedWhole('curves', 0, 1000),
    refusedWhole('points', 2, 10_001),
    ['tolerance', [0, 9e-7, 1, -1, '1e-5', null, NaN], 'must be a number from 0.000001 to below 1'],
  ] as const)('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(functions, { [key]: value }), JSON.stringify(value)).toEqual({
        [key]: message,
      });
    }
  });

  const feedforward = { kind: 'feedforward', depths: 5, widths: 5 };

  it.each([
    [
      { depths: [1, 2, 3, 4, 5], widths: [1, 2, 3, 4] },
      { widths: 'must make at most 36 networks with activations and depths, not 40' },
    ],
    [{ widths: 100_000, points: 2001 }, { points: 'must be at most 1342 at the width 100000' }],
    [
      { points: 400 },
      {
        tablePoints:
          'must be one more than a divisor of points - 1 = 399, so that its inputs are among the 400',
      },
    ],
    [
      { ...feedforward, T: 2 },
      { T: 'must be 1 or left out with kind=feedforward, whose layers are no steps of time' },
    ],
    [{ sigmaW: [1, 2, 3] }, { sigmaW: 'must have one number, or 2: one for each activation' }],
    [{ sigmaB: '1,2,3' }, { sigmaB: 'must have one number, or 2: one for each activation' }],
    [
      { sigmaW: 'edge-of-chaos' },
      { sigmaW: 'must be a number with kind=residual, which has no edge of chaos' },
    ],
    [
      { ...feedforward, activations: 'tanh,relu', sigmaW: 'edge-of-chaos', sigmaB: 0.2 },
      {
        sigmaW:
          'must be a number here: relu is positively homogeneous and has no edge of chaos with sigmaB = 0.2; sigmaB must be 0',
      },
    ],
    [
      { ...feedforward, sigmaW: 'edge-of-chaos', sigmaB: [-0.2, 0] },
      {
        sigmaB:
          'must be a finite number, 0 or above, or a list of one for each activation, such as [0.2, 0]',
      },
    ],
  ])('%j', (given, found) => {
    expect(refusals(functions, given)).toEqual(found);
  });
});

it('describes every setting', () => {
  expect(Object.keys(functions.keys)).toEqual(Object.keys(functionsSettings.parse({})));
  for (const text of Object.values(functions.keys)) expect(text).toMatch(/\S{2}/);
});

describe('the networks of a run', () => {
  it('are every activation with every depth and width, in order', () => {
    const settings = functionsSettings.parse({
      activations: 'swish,tanh',
      depths: '3,2',
      widths: [5, 7],
      sigmaW: [1, 2],
      sigmaB: 0.5,
    });
    const found = networksOf(settings).map(({ activation, depth, width, sigmaW, sigmaB }) => [
      ...[activation.name, depth, width, sigmaW, sigmaB],
    ]);
    expect(found).toEqual([
      ['swish', 2, 5, 1, 0.5],
      ['swish', 2, 7, 1, 0.5],
      ['swish', 3, 5, 1, 0.5],
      ['swish', 3, 7, 1, 0.5],
      ['tanh', 2, 5, 2, 0.5],
      ['tanh', 2, 7, 2, 0.5],
      ['tanh', 3, 5, 2, 0.5],
      ['tanh', 3, 7, 2, 0.5],
    ]);
  });

  it('of figure 1 are at the known edges of chaos', () => {
    const { settings } = readPipeline(
      new URL('../../../../pipelines/figure-1.yaml', import.meta.url).pathname,
    );
    const [tanh, relu] = networksOf(functionsSettings.parse(settings));
    expect([tanh.sigmaW, tanh.sigmaB]).toEqual([expect.closeTo(1.30414584, 7), 0.2]);
    expect([relu.sigmaW, relu.sigmaB]).toEqual([expect.closeTo(Math.SQRT2, 12), 0]);
  });
});

it('takes inputs evenly, those of the table among those of a curve', () => {
  const settings = functionsSettings.parse({});
  const table = [...tableInputs(settings)];
  expect(table).toHaveLength(21);
  expect([table[0], table[5], table[10], table[15], table[20]]).toEqual([-2, -1, 0, 1, 2]);
  const curve = [...curveInputs(settings)];
  expect(curve).toHaveLength(401);
  table.forEach((z, i) => expect(curve[20 * i]).toBeCloseTo(z, 14));
});
