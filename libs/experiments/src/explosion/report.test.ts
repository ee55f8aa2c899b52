import type { Batch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { checkReport, figureTexts } from '../../test/report-checks.ts';
import { pick } from '../../test/support.ts';
import { explosion } from '../explosion.ts';
import { casesOf, explosionSettings, type ExplosionSettings } from './settings.ts';
import { limitPassings, limitSquares, meanFieldPassings } from './theory.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  explosionSettings.parse({
    ...{ activations: 'swish', inputs: [1], size: [20, 40], draws: 60, thresholds: [3, 30] },
    ...given,
  });

function runOf(settings: ExplosionSettings) {
  const context = {
    signal: new AbortController().signal,
    progress: () => undefined,
  } as unknown as Parameters<typeof explosion.compute>[2];
  return {
    notes: [],
    async *batches(): AsyncGenerator<Batch> {
      for (const { task } of explosion.plan(settings).shards) {
        yield* (await explosion.compute(settings, task, context)).batches;
      }
    },
  };
}

describe('the report', () => {
  it('has mean times beside the explosion of the limit and the mean field', async () => {
    const settings = settingsOf();
    const report = await explosion.report(settings, runOf(settings));
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    expect(verdict).toMatchObject({ agreement: null, comparisons: 0 });
    for (const process of ['resnet', 'sde']) {
      const times = pick(estimates, 'divergenceTime', { process, theory: 'explosion' });
      expect(times.map(({ at }) => at.size)).toEqual([20, 40]);
      for (const { expected } of times) expect(expected).toBeCloseTo(4 * Math.LN2, 12);
      const own = pick(estimates, 'divergenceTime', {
        process,
        theory: 'finite depth',
        size: 40,
      })[0];
      // Effects of the width are of order 1/D.
      expect(Math.abs(own.value! / own.expected! - 1)).toBeLessThan(0.1);
      const share = pick(estimates, 'passedShare', { process, threshold: 30 });
      expect(share.map(({ value }) => value)).toEqual([1, 1]);
      for (const { se } of share) expect(60 * se!).toBeCloseTo(1, 1);
    }
    expect(verdict.text).toMatch(
      /^No theory is exact at a finite size\. Mean times at which \|x\|\^2 \/ D passes 30 at D = L = 40, over the time at which the limit explodes: resnet \d\.\d\d, sde \d\.\d\d\.$/,
    );
    expect(report.judged).toEqual([]);
    expect(report.warnings).toEqual([]);
    expect(await figureTexts(report)).toEqual(
      expect.arrayContaining([
        'network, swish',
        'limit, swish',
        'explosion of the limit',
        'z = 1: |x|²/D passes 30',
      ]),
    );
  });

  it('has no mean where a draw did not pass, and says so', async () => {
    const settings = settingsOf({ thresholds: [2, 1e9], horizon: 1.1, processes: 'resnet' });
    const report = await explosion.report(settings, runOf(settings));
    await checkReport(report);
    const [time] = pick(report.summary.estimates, 'divergenceTime', { theory: 'limit' });
    expect(time).toMatchObject({ value: null, se: null, z: null });
    expect(report.summary.verdict.text).toMatch(/: resnet none, as draws did not pass it\.$/);
    expect(report.warnings).toEqual([
      expect.stringMatching(/^2 of 2 combinations .* did not pass 1000000000 before T/),
    ]);
  });
});

describe('the limit', () => {
  it('of swish at z = 1 passes thresholds when its closed form does', () => {
    // y = p2 m + p1^2 starts at 3/4, and Cc = p2^2 S_0 - y_0^2 = -1/16 = -K^2.
    const settings = settingsOf({ thresholds: [0.5, 3, 30, 1e4] });
    const found = limitPassings(settings, { activation: 'swish', z: 1 });
    const K = 0.25;
    const square = (t: number) => {
      const y = K / Math.tanh(Math.atanh(K / 0.75) - (K * t) / 2);
      const m = 2 * (y - 0.25);
      // dq/dm = 2 y/p2 = 2 m + 1.
      return 1 + (m * m + m) - 2;
    };
    expect(found[0]).toBe(0);
    [3, 30, 1e4].forEach((threshold, i) => {
      expect(Math.abs(square(found[i + 1]) / threshold - 1)).toBeLessThan(1e-9);
    });
    expect(found[3]).toBeLessThan(4 * Math.LN2);
  });
});

describe('the mean field', () => {
  it('passes thresholds when the limit does, as depth grows', () => {
    const parts = [0.3, 0.6, 0.8];
    const settings = settingsOf({ horizon: 1 });
    const thresholds = limitSquares(settings, { activation: 'swish', z: 1 }, parts);
    const errors = [100, 400].map((size) => {
      const deep = settingsOf({ horizon: 1, size, thresholds });
      return casesOf(deep).map((own) =>
        Math.max(
          ...meanFieldPassings(deep, own).map((time, i) =>
            Math.abs(time / (4 * Math.LN2) - parts[i]),
          ),
        ),
      );
    });
    errors[0].forEach((error, i) => {
      expect(errors[1][i]).toBeLessThan(0.4 * error);
      expect(errors[1][i]).toBeLessThan(0.02);
    });
  });
});
