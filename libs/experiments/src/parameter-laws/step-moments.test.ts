import { findActivation, normalDensity } from '@resdiff/networks';
import { describe, expect, it } from 'vitest';
import { entriesOf } from './entries.ts';
import { laws, parameterLawsSettings } from './settings.ts';
import { limitMoments, stepMoments } from './step-moments.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  parameterLawsSettings.parse({ width: 3, ...given });

/** The largest distance between the moments of a step and their limit. */
function gap(given: Record<string, unknown>, law: (typeof laws)[number]): number {
  const settings = settingsOf(given);
  const [atStep, limit] = [stepMoments(settings, law), limitMoments(settings, law)];
  return Math.max(...entriesOf(3).map((entry) => Math.abs(atStep(entry) - limit(entry))));
}

it('are 0 between independent coordinates, and not rounding', () => {
  const atStep = stepMoments(settingsOf({ activation: 'tanh', step: 0.01 }), 'iid');
  const between = entriesOf(3).filter(({ moment, row, column }) => {
    return moment === 'covariance' && row % 3 !== column % 3;
  });
  expect(new Set(between.map(atStep))).toEqual(new Set([0]));
});

describe.each(laws)('the moments of a step under the law %s', (law) => {
  it('are those of Theorem 3.1 at any step if phi is the identity', () => {
    expect(gap({ activation: 'identity', step: 0.7 }, law)).toBeLessThan(1e-12);
  });

  it.each(['swish', 'tanh'])(
    'tend to those of Theorem 3.1 with the step, phi = %s',
    (activation) => {
      const gaps = [1e-2, 1e-3, 1e-4].map((step) => gap({ activation, step }, law));
      expect(gaps[0] / gaps[1]).toBeGreaterThan(8);
      expect(gaps[1] / gaps[2]).toBeGreaterThan(9);
      expect(gaps[1] / gaps[2]).toBeLessThan(11);
    },
  );

  it('are those of erf(h), which have a closed form, where preactivations are wide', () => {
    const covariance = { name: 'ar1', rho: 0.9, variance: 8 };
    const given = {
      ...{ psi: 'identity', step: 1, weightDrift: 0, biasDrift: 0, sigmaW: 5, width: 2 },
      ...{ inputCovariance: covariance, weightCovariance: covariance },
    };
    const linear = stepMoments(settingsOf({ ...given, activation: 'identity' }), law);
    const atStep = stepMoments(settingsOf({ ...given, activation: 'erf' }), law);
    const arcsine = (row: number, column: number) => {
      const of = (i: number, j: number) => linear({ moment: 'covariance', row: i, column: j });
      const scale = Math.sqrt((1 + 2 * of(row, row)) * (1 + 2 * of(column, column)));
      return (2 / Math.PI) * Math.asin((2 * of(row, column)) / scale);
    };
    for (const entry of entriesOf(2)) {
      const expected = entry.moment === 'drift' ? 0 : arcsine(entry.row, entry.column);
      expect(atStep(entry)).toBeCloseTo(expected, 12);
    }
    // Negative control: nodes that are a quarter of a deviation apart, whatever that is.
    const rows = [0, 1, 2, 3];
    const wide = Math.max(...rows.map((row) => linear({ moment: 'covariance', row, column: row })));
    const { phi } = findActivation('erf')!;
    const coarse = Array.from({ length: 65 }, (_, i) => (i - 32) / 4).reduce(
      (sum, z) => sum + (normalDensity(z) * phi(Math.sqrt(wide) * z) ** 2) / 4,
      0,
    );
    const exact = (2 / Math.PI) * Math.asin((2 * wide) / (1 + 2 * wide));
    expect(Math.abs(coarse - exact)).toBeGreaterThan(1e-4);
  });

  it('are those of sin(h), which have a closed form', () => {
    const given = { activation: 'sin', psi: 'gelu', step: 0.3 };
    const atStep = stepMoments(settingsOf(given), law);
    const linear = stepMoments(settingsOf({ ...given, activation: 'identity' }), law);
    const mean = (row: number) => 0.3 * linear({ moment: 'drift', row, column: row });
    const covariance = (row: number, column: number) =>
      0.3 * linear({ moment: 'covariance', row, column });
    const sine = (row: number) => Math.sin(mean(row)) * Math.exp(-covariance(row, row) / 2);
    for (const { moment, row, column } of entriesOf(3)) {
      const entry = { moment, row, column };
      if (moment === 'drift') {
        expect(0.3 * atStep(entry)).toBeCloseTo(sine(row), 12);
        continue;
      }
      const [a, b, c] = [covariance(row, row), covariance(column, column), covariance(row, column)];
      const difference = Math.cos(mean(row) - mean(column)) * Math.exp(c - (a + b) / 2);
      const sum = Math.cos(mean(row) + mean(column)) * Math.exp(-c - (a + b) / 2);
      const expected = (difference - sum) / 2 - sine(row) * sine(column);
      expect(0.3 * atStep(entry)).toBeCloseTo(expected, 12);
    }
  });
});
