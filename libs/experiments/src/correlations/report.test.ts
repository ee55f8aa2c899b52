import { detachedContext } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkReport, figureTexts } from '../../test/report-checks.ts';
import { runOfBatches } from '../../test/shard-session.ts';
import { pick } from '../../test/support.ts';
import { correlations } from '../correlations.ts';
import { judge } from '../summary.ts';
import { estimateCorrelations } from './estimates.ts';
import { readSamples, type ModelSample } from './samples.ts';
import type { CorrelationsSettings } from './settings.ts';
import { computeCorrelations, planCorrelations, type CorrelationsTask } from './shards.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  correlations.settings.parse({ points: 6, width: 50, depth: 40, draws: 40, ...given });

function runOf(settings: CorrelationsSettings) {
  const batches = planCorrelations(settings).shards.flatMap(({ task }) => [
    ...(computeCorrelations(settings, task as CorrelationsTask, detachedContext())
      .batches as Iterable<Batch>),
  ]);
  return { ...runOfBatches(batches), notes: [] };
}

const reportOf = (given: Record<string, unknown>, believed = given) =>
  correlations.report(settingsOf(believed), runOf(settingsOf(given)));

describe('a report', () => {
  it('holds every model against its depth, residual ones against the limit too', async () => {
    const report = await reportOf({});
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    const count = (model: string, theory: string) =>
      pick(estimates, 'correlation', { model, theory }).length;
    for (const model of ['residual-tanh', 'residual-swish']) {
      expect([count(model, 'finite depth'), count(model, 'limit')]).toEqual([10, 10]);
    }
    for (const model of ['feedforward-tanh', 'feedforward-relu']) {
      expect([count(model, 'finite depth'), count(model, 'limit')]).toEqual([10, 0]);
    }
    expect(verdict.comparisons).toBe(10);
    expect(verdict.text).toMatch(
      /^The correlations agree with .*: the largest deviation is .* \(residual-tanh at .*\)\. Estimates that are not judged: 26 since the finite width D = 50 may change them by more than a third of the standard error of 40 draws\.$/,
    );
    expect(verdict.agreement).toBe(true);
    expect(report.shown).toHaveLength(40);
    expect(report.warnings).toEqual([]);
    const texts = await figureTexts(report);
    expect(texts).toEqual(
      expect.arrayContaining(['residual, tanh', 'feedforward, ReLU', 'mean field, L = 40']),
    );
    expect(texts.filter((text) => text === 'limit, L = D = ∞')).toHaveLength(2);
  });

  it('of an input without variation, and of one draw, is a report', async () => {
    const report = await reportOf({ models: 'feedforward-relu', points: 5, draws: 1 });
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    expect(pick(estimates, 'correlation').filter(({ value }) => value === null)).toHaveLength(4);
    expect(estimates.every(({ se }) => se === null)).toBe(true);
    expect(verdict.text).toBe('No correlation could be held against theory.');
  });

  it('of networks that left the finite numbers says so, and does not judge them', async () => {
    const report = await reportOf({ models: 'residual-swish', T: 1e12, depth: 30, draws: 8 });
    await checkReport(report);
    expect(report.warnings).toHaveLength(1);
    expect(report.warnings[0]).toMatch(/^residual-swish: \d of 8 draws left the finite numbers/);
    expect(report.summary.verdict.agreement).toBeNull();
    expect(pick(report.summary.estimates, 'nonFiniteDraws')[0].value).toBeGreaterThan(0);
  });
});

describe('the verdict', () => {
  const given = {
    models: ['residual-tanh', 'residual-swish'],
    points: 5,
    width: 60,
    depth: 60,
    draws: 40,
  };
  const seeds = Array.from({ length: 12 }, (_, seed) => seed);
  let drawn: ModelSample[][];
  beforeAll(async () => {
    drawn = await Promise.all(
      seeds.map((seed) => {
        const settings = settingsOf({ ...given, seed });
        return readSamples(settings, runOf(settings));
      }),
    );
  });
  const disagreeing = (believed: Record<string, unknown>) => {
    const verdicts = drawn.map((samples) => {
      const { basis } = estimateCorrelations(settingsOf({ ...given, ...believed }), samples);
      return judge(basis.judged, String, basis.degrees).agreement;
    });
    expect(verdicts).not.toContain(null);
    return verdicts.filter((agreement) => agreement === false).length;
  };

  // Each verdict has a false-alarm rate of at most 0.01: more than 2 of 12 occur at 2e-4.
  it('is agreement for networks that are right', () => {
    expect(disagreeing({})).toBeLessThanOrEqual(2);
  });

  it.each([{ sigmaB: 1.2 }, { sigmaW: 0.8 }, { range: 2.6 }])(
    'is disagreement if theory is told %j',
    (wrong) => {
      expect(disagreeing(wrong)).toBe(12);
    },
  );
});
