import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../test/support.ts';
import { finiteDepthPrediction, firstExplosion, limitPrediction } from './theory.ts';

const { E } = Math;

describe('the limit', () => {
  it('of tanh is (34) in closed form', () => {
    const { source, law } = limitPrediction(settingsOf({ inputs: [0, 1], depth: 10 }))!;
    expect(source).toBe('limit, D = L = infinity ([PF22] (34))');
    expect([...law.mean]).toEqual([0, 1]);
    const [v1, c, , v2] = law.covariance;
    expect([v1, c, v2].map((x) => x.toFixed(9))).toEqual(
      [E - 1, E - 1, 2 * E - 2].map((x) => x.toFixed(9)),
    );
  });

  it("of swish has the mean that phi''(0) gives it", () => {
    const { law } = limitPrediction(settingsOf({ activation: 'swish' }))!;
    expect(law.mean[0]).toBeCloseTo(0.29092569, 7);
    expect(law.mean[1]).toBeCloseTo(1.79339525, 7);
    expect(law.covariance[0]).toBeCloseTo(0.29092569, 7);
    expect(law.covariance[1]).toBeCloseTo(0.3387, 4);
    expect(law.covariance[3]).toBeCloseTo(0.79339525, 7);
  });

  it('of swish ends at the first explosion: 4 log 2 for z = 1', () => {
    const at = (T: number, inputs: number[]) => settingsOf({ activation: 'swish', T, inputs });
    expect(firstExplosion(at(1, [0, 1, 0.75]))).toBeCloseTo(4 * Math.LN2, 12);
    expect(firstExplosion(at(1, [0.75]))).toBeCloseTo(3.2, 12);
    expect(limitPrediction(at(2.77, [0, 1]))).toBeDefined();
    expect(limitPrediction(at(2.78, [0, 1]))).toBeUndefined();
    expect(limitPrediction(at(2.78, [0]))).toBeDefined();
  });

  it('of relu does not exist', () => {
    const settings = settingsOf({ activation: 'relu', processes: 'resnet' });
    expect(limitPrediction(settings)).toBeUndefined();
    expect(firstExplosion(settings)).toBe(Infinity);
  });
});

describe('what is exact at finite depth', () => {
  // Variances and covariance for tanh at z = 0 and 1, T = sigmaW = sigmaB = 1, by quadrature.
  it.each([
    [10, 1.14099, 1.84989, 1.0164],
    [50, 1.53792, 2.83982, 1.47572],
    [100, 1.62056, 3.09599, 1.58316],
    [500, 1.69729, 3.35922, 1.68839],
  ])('is the mean field of the recursion, L = %i', (depth, v1, v2, c) => {
    const { source, law } = finiteDepthPrediction('resnet', settingsOf({ depth }))!;
    expect(source).toBe(`mean field of the recursion, D = infinity, L = ${depth}`);
    expect(law.covariance[0]).toBeCloseTo(v1, 5);
    expect(law.covariance[1]).toBeCloseTo(c, 5);
    expect(law.covariance[3]).toBeCloseTo(v2, 5);
  });

  it('is compound growth for the Euler scheme of tanh: (z^2 + 1)((1 + 1/L)^L - 1)', () => {
    const { source, law } = finiteDepthPrediction('sde', settingsOf({ depth: 20 }))!;
    const growth = 1.05 ** 20 - 1;
    expect(source).toBe('mean field of the Euler scheme, D = infinity, L = 20');
    expect(law.covariance[0]).toBeCloseTo(growth, 12);
    expect(law.covariance[1]).toBeCloseTo(growth, 12);
    expect(law.covariance[3]).toBeCloseTo(2 * growth, 12);
  });

  it('is the limit itself for draws of the limit', () => {
    const settings = settingsOf({ activation: 'swish' });
    expect(finiteDepthPrediction('limit', settings)).toEqual(limitPrediction(settings));
  });

  it('exists for relu: m grows by sqrt(S dt / 2 pi) a layer', () => {
    const settings = settingsOf({ activation: 'relu', processes: 'resnet', depth: 1, inputs: 2 });
    const { law } = finiteDepthPrediction('resnet', settings)!;
    expect(law.mean[0]).toBeCloseTo(2 + Math.sqrt(5 / (2 * Math.PI)), 12);
    expect(law.covariance[0]).toBeCloseTo(5 / 2 - 5 / (2 * Math.PI), 12);
  });

  it.each(['resnet', 'sde'] as const)(
    'is the same for many inputs as for their neighbouring pairs: %s',
    (process) => {
      const inputs = Array.from({ length: 13 }, (_, i) => i / 4 - 1);
      const law = (chosen: number[]) =>
        finiteDepthPrediction(process, settingsOf({ activation: 'swish', inputs: chosen }))!.law;
      const all = law(inputs);
      for (const first of [0, 1]) {
        const some = law(inputs.slice(first, first + 12));
        for (let i = 0; i < 12; i++) {
          expect(all.mean[first + i]).toBeCloseTo(some.mean[i], 12);
          for (let j = Math.max(0, i - 1); j < Math.min(12, i + 2); j++) {
            const found = all.covariance[13 * (first + i) + first + j];
            expect(found).toBeCloseTo(some.covariance[12 * i + j], 12);
          }
        }
      }
      expect(all.covariance[2]).toBeNaN();
    },
  );
});
