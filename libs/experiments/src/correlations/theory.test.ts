import { describe, expect, it } from 'vitest';
import { correlationsSettings } from './settings.ts';
import { finiteDepthPrediction, limitPrediction } from './theory.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  correlationsSettings.parse({ depth: 50, ...given });

describe('the prediction at finite depth', () => {
  // Variances 1.53792 and 2.83982 and covariance 1.47572 at z = 0 and 1, L = 50, by quadrature.
  it('of residual tanh is the mean field', () => {
    const { correlations, source } = finiteDepthPrediction('residual-tanh', settingsOf(), [0, 1]);
    expect(correlations[1]).toBeCloseTo(1.47572 / Math.sqrt(1.53792 * 2.83982), 5);
    expect(source).toBe('mean field of the recursion, D = infinity, L = 50');
  });

  // 1 - c goes like (9 pi^2 / 2) / L^2 for ReLU at the edge of chaos (Hayou et al., 2019).
  it('of feedforward ReLU approaches 1 like 1/L^2, whatever the inputs of unlike signs', () => {
    const settings = settingsOf({ depth: 2000 });
    const { correlations } = finiteDepthPrediction('feedforward-relu', settings, [-1, 0, 0.5, 2]);
    expect((1 - correlations[2]) * 2000 ** 2).toBeCloseTo(4.5 * Math.PI ** 2, -1);
    expect(correlations[3]).toBeCloseTo(correlations[2], 12);
    expect(correlations[11]).toBeCloseTo(1, 12);
    expect(correlations[5]).toBeNaN();
  });

  it('of one layer of a feedforward network is that of its weights and biases', () => {
    const settings = settingsOf({ depth: 1, edgeSigmaB: 0.2 });
    const { correlations } = finiteDepthPrediction('feedforward-tanh', settings, [-1, 2]);
    const s = (a: number, b: number) => 0.04 + 1.30414584 ** 2 * a * b;
    expect(correlations[1]).toBeCloseTo(s(-1, 2) / Math.sqrt(s(1, 1) * s(2, 2)), 8);
  });
});

describe('the limit', () => {
  it('of tanh is in closed form', () => {
    const settings = settingsOf({ sigmaW: 2, sigmaB: 0.5 });
    const { correlations } = limitPrediction('residual-tanh', settings, [-1, 2])!;
    const r = 1 / 16;
    expect(correlations[1]).toBeCloseTo((-2 + r) / Math.sqrt((1 + r) * (4 + r)), 12);
  });

  it('of swish is that of (34), until an input explodes', () => {
    const z = [0, 1];
    const { correlations } = limitPrediction('residual-swish', settingsOf(), z)!;
    expect(correlations[1]).toBeCloseTo(0.3387 / Math.sqrt(0.29092569 * 0.79339525), 4);
    expect(limitPrediction('residual-swish', settingsOf({ T: 2.8 }), z)).toBeUndefined();
  });

  it('of feedforward networks is none', () => {
    expect(limitPrediction('feedforward-tanh', settingsOf(), [0, 1])).toBeUndefined();
  });
});
