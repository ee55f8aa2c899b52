import { describe, expect, it } from 'vitest';
import { functionsSettings, type FunctionsSettings } from './settings.ts';
import { networksOf } from './networks.ts';
import { isExact, predictionsOf } from './theory.ts';

const settingsOf = (given: Record<string, unknown>) =>
  functionsSettings.parse({ activations: 'tanh', depths: 10, widths: 5, ...given });

/** At z = -2, -1, 0, 1, 2. */
function predicted(given: Record<string, unknown>, kind: 'meanField' | 'limit') {
  const [predictions] = predictionsOf(settingsOf({ tablePoints: 5, ...given }));
  return predictions.find((each) => each.kind === kind);
}

describe('what is predicted', () => {
  it('of tanh is the known mean field and limit', () => {
    const limit = predicted({}, 'limit')!;
    expect([...limit.mean]).toEqual([-2, -1, 0, 1, 2]);
    expect(limit.variance[2]).toBeCloseTo(Math.E - 1, 12);
    expect(limit.variance[3]).toBeCloseTo(2 * (Math.E - 1), 12);
    const shallow = predicted({}, 'meanField')!;
    expect(shallow.variance[2]).toBeCloseTo(1.14099, 5);
    expect(shallow.variance[3]).toBeCloseTo(1.84989, 5);
    expect(shallow.mean[1]).toBeCloseTo(-1, 12);
  });

  it('of swish is too, and is nothing past the explosion at 1.7216 of z = 2', () => {
    const limit = predicted({ activations: 'swish' }, 'limit')!;
    expect(limit.mean[2]).toBeCloseTo(0.29092569, 8);
    expect(limit.variance[3]).toBeCloseTo(0.79339525, 8);
    const later = predicted({ activations: 'swish', T: 1.75 }, 'limit')!;
    expect([...later.mean].map(Number.isNaN)).toEqual([false, false, false, false, true]);
    expect([...later.variance].map(Number.isNaN)).toEqual([false, false, false, false, true]);
  });

  it('of relu is a mean field alone', () => {
    expect(predicted({ activations: 'relu' }, 'limit')).toBeUndefined();
    expect(predicted({ activations: 'relu' }, 'meanField')!.source).toBe(
      'mean field of the recursion, D = infinity, L = 10',
    );
  });

  it('of feedforward networks at the edge of chaos is the variance that stays', () => {
    const given = { kind: 'feedforward', depths: 300, sigmaW: 'edge-of-chaos' };
    const tanh = predicted({ ...given, sigmaB: 0.2 }, 'meanField')!;
    for (const variance of tanh.variance) expect(variance).toBeCloseTo(0.5120785, 6);
    const relu = predicted({ ...given, activations: 'relu', sigmaB: 0 }, 'meanField')!;
    expect([...relu.variance]).toEqual([8, 2, 0, 2, 8].map((v) => expect.closeTo(v, 10) as number));
    expect([...relu.mean]).toEqual([0, 0, 0, 0, 0]);
  });

  it('is in the order of the networks, and the same for each width', () => {
    const settings = settingsOf({
      activations: ['tanh', 'swish'],
      depths: [2, 3],
      widths: [4, 5, 6],
      tablePoints: 5,
    });
    const all = predictionsOf(settings);
    const single = networksOf(settings).map(({ activation, depth, width }) =>
      predictionsOf({
        ...settings,
        activations: [activation.name],
        depths: [depth],
        widths: [width],
      }),
    );
    expect(all).toEqual(single.flat());
  });
});

it.each<[Record<string, unknown>, boolean, boolean]>([
  [{}, true, false],
  [{ activations: 'swish' }, false, false],
  [{ activations: 'identity' }, true, true],
  [{ activations: 'swish', widths: 100, draws: 1000 }, true, true],
  [{ activations: 'swish', widths: 99, draws: 1000 }, false, false],
  [{ kind: 'feedforward', widths: 100, draws: 1000 }, true, false],
  [{ kind: 'feedforward', widths: 1000, draws: 1000 }, true, true],
])('is exact at the finite width for %j: mean %s, variance %s', (given, mean, variance) => {
  const settings: FunctionsSettings = settingsOf(given);
  const [network] = networksOf(settings);
  expect(isExact('mean', settings, network)).toBe(mean);
  expect(isExact('variance', settings, network)).toBe(variance);
});
