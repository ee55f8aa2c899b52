import { describe, expect, it } from 'vitest';
import { checkReport, figureTexts } from '../../test/report-checks.ts';
import { pick } from '../../test/support.ts';
import { judge, type Estimate } from '../summary.ts';
import { estimateFiniteWidth } from './estimates.ts';
import { reportFiniteWidth } from './report.ts';
import { readSamples, type NetworkSamples } from './samples.ts';
import { finiteWidthSettings, type FiniteWidthSettings } from './settings.ts';
import { computeFiniteWidth, planFiniteWidth, type FiniteWidthTask } from './shards.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  finiteWidthSettings.parse({ width: [1, 3, 4], depth: 100, draws: 3000, snapshots: 5, ...given });

const idle = { signal: new AbortController().signal, progress: () => {} };

function runOf(settings: FiniteWidthSettings) {
  const done = planFiniteWidth(settings).shards.map(({ task }) =>
    computeFiniteWidth(settings, task as FiniteWidthTask, idle),
  );
  return {
    notes: [],
    async *batches() {
      for (const { batches } of done) yield* batches;
    },
  };
}

const zOf = ({ z }: Estimate) => Math.abs(z!);

describe('a report', () => {
  const settings = settingsOf();
  const run = runOf(settings);

  it('agrees with theory, and detects what is slightly wrong', async () => {
    const report = await reportFiniteWidth(settings, run);
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    // The verdict's false-alarm rate is 1 in 100; the seed is fixed.
    expect(verdict.agreement).toBe(true);
    expect(report.warnings).toEqual([]);
    // Of three widths: G0 but at width 1, where it is certain, martingales and steps of four networks, and
    // two of width 1.
    expect(verdict.comparisons).toBe(2 + 2 * 4 + 2);
    expect(pick(estimates, 'logNormDrift', { width: 1, time: 0 })[0]).toMatchObject({
      value: -0.5,
      expected: -0.5,
      z: null,
    });
    for (const process of ['relu', 'ornstein-uhlenbeck']) {
      const [{ value }] = pick(estimates, 'ksPValue', { process });
      expect(value).toBeGreaterThan(1e-4);
    }
    const ou = { process: 'ornstein-uhlenbeck' };
    for (const quantity of ['mean', 'variance']) {
      expect(zOf(pick(estimates, quantity, ou)[0])).toBeLessThan(4.5);
    }
    expect(verdict.text).toMatch(
      /^The networks agree with what is exact at their own depth: .* At time 1, by 3 standard errors, log\|psi\| of ReLU networks falls at width 1, 3; rises at width 4\.$/,
    );
  });

  it('detects other settings than those that were drawn', async () => {
    const samples = await readSamples(settings, run);
    const wrong = (given: Record<string, unknown>) => {
      const found = estimateFiniteWidth({ ...settings, ...given }, samples).all;
      return (quantity: string, process: string) => pick(found, quantity, { process })[0];
    };
    const longer = wrong({ T: 1.3 });
    expect(zOf(longer('logNormGrowth', 'relu'))).toBeGreaterThan(4.5);
    expect(zOf(longer('logNormVariance', 'relu'))).toBeGreaterThan(4.5);
    expect(longer('ksPValue', 'relu').value).toBeLessThan(1e-6);
    const stiffer = wrong({ reversion: 0.5 });
    expect(zOf(stiffer('mean', 'ornstein-uhlenbeck'))).toBeGreaterThan(4.5);
    expect(stiffer('ksPValue', 'ornstein-uhlenbeck').value).toBeLessThan(1e-6);
  });

  it('finds steps that are a tenth too large, at every width', async () => {
    const samples = await readSamples(settings, run);
    const wrong = { ...settings, T: 1.1 };
    for (const each of samples) {
      const { exact } = estimateFiniteWidth(settings, [each]);
      const [step] = pick(exact, 'relativeStep');
      expect(step.expected).toBe(1 / 100);
      expect(zOf(step)).toBeLessThan(4.5);
      const [other] = pick(estimateFiniteWidth(wrong, [each]).exact, 'relativeStep');
      expect(zOf(other)).toBeGreaterThan(4.5);
      expect(judge(estimateFiniteWidth(wrong, [each]).exact, () => '').agreement).toBe(false);
    }
  });

  it('draws every panel', async () => {
    const texts = await figureTexts(await reportFiniteWidth(settings, run));
    expect(texts).toEqual(
      expect.arrayContaining([
        'Infinite depth at finite width',
        'n = 3',
        'exp(T/4)',
        'width 1, ReLU: geometric Brownian motion',
        'law at infinite depth',
      ]),
    );
  });
});

it('of one process, of wide networks alone, or of many widths is drawn', async () => {
  for (const given of [
    { processes: 'relu', width: [2] },
    { processes: 'ornstein-uhlenbeck' },
    { processes: 'relu', width: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
    { width: [1, 2], T: 1e-30 },
    // A few draws that spread far beyond the law.
    { processes: 'ornstein-uhlenbeck', initialY: 16, draws: 4 },
  ]) {
    const settings = settingsOf({ draws: 50, ...given });
    const report = await reportFiniteWidth(settings, runOf(settings));
    await checkReport(report);
    expect(report.warnings).toEqual([]);
  }
});

describe('estimates of networks written down', () => {
  const settings = settingsOf({ width: [2], snapshots: 1, processes: 'relu' });
  const columns = (...rows: number[][]) => rows.map((row) => Float32Array.from(row));
  const sample: NetworkSamples = {
    process: 'relu',
    width: 2,
    count: 2,
    lost: 0,
    active: columns([1, 2], [2, 2]),
    norm: columns([1, 2], [3, 2]),
    relativeStep: columns([NaN, NaN], [0.02, 0.05]),
    logFeatureNorm: columns([0, Math.LN2], [1, Math.LN2]),
    mean: columns([0, 1], [0.5, 2]),
    y: columns([NaN, NaN], [NaN, NaN]),
  };

  it('by hand', () => {
    const { all, exact, leftOut } = estimateFiniteWidth(settings, [sample]);
    const value = (quantity: string, at = {}) => pick(all, quantity, at).map((each) => each.value);
    expect(value('logNormDrift', { time: 0 })).toEqual([-0.125]);
    expect(value('logNormDrift', { time: 1 })).toEqual([0]);
    expect(value('logNormGrowth')[0]).toBeCloseTo(0.5, 6);
    expect(value('normRatio')[0]).toBeCloseTo((Math.E + 1) / 2, 6);
    expect(value('relativeIncrements')[0]).toBeCloseTo(0.5, 6);
    expect(value('nonFiniteDraws')).toEqual([0]);
    expect(value('relativeStep')[0]).toBeCloseTo(0.035, 8);
    // Two draws are too few for anything that is not nearly normal of itself.
    expect(exact).toEqual([]);
    expect(leftOut.map(({ quantity, z }) => [quantity, z])).toEqual([
      ['logNormDrift', null],
      ['relativeIncrements', null],
      ['relativeStep', null],
    ]);
  });

  it('are not judged once a draw is lost', () => {
    const many = (values: readonly Float32Array[]) =>
      values.map((column) => Float32Array.from({ length: 20_000 }, (_, draw) => column[draw % 2]));
    const { active, norm, relativeStep, logFeatureNorm, mean, y } = sample;
    const large: NetworkSamples = {
      ...{ ...sample, count: 20_000, active: many(active), norm: many(norm), mean: many(mean) },
      ...{ relativeStep: many(relativeStep), logFeatureNorm: many(logFeatureNorm), y: many(y) },
    };
    const judged = estimateFiniteWidth(settings, [large]).exact;
    expect(judged.map(({ quantity }) => quantity)).toEqual([
      ...['logNormDrift', 'relativeIncrements', 'relativeStep'],
    ]);
    expect(estimateFiniteWidth(settings, [{ ...large, lost: 1 }]).exact).toEqual([]);
  });
});

it("of few draws rests on what is normal of itself, by Student's quantile", async () => {
  const settings = settingsOf({ draws: 3 });
  const { summary } = await reportFiniteWidth(settings, runOf(settings));
  expect(summary.verdict.comparisons).toBe(1);
  expect(summary.verdict.agreement).toBe(true);
  // Student's quantile of two degrees at 0.995, by its closed form.
  const p = 0.99;
  expect(summary.verdict.threshold).toBeCloseTo(p * Math.sqrt(2 / (1 - p ** 2)), 6);
  expect(summary.verdict.text).toMatch(
    /Not judged everywhere, for 3 draws are too few: logNormVariance, relativeIncrements, relativeStep, logNormDrift\.$/,
  );
});

it('leaves draws that left the finite numbers out, and says so', async () => {
  // log|psi(X_T)| grows by about 19, from 69 to the 88 of 32 bits.
  const given = { width: [16], processes: 'relu', draws: 50, initial: 1e30, T: 100 };
  const settings = settingsOf({ ...given, depth: 6400 });
  const report = await reportFiniteWidth(settings, runOf(settings));
  const [{ value }] = pick(report.summary.estimates, 'nonFiniteDraws');
  expect(value).toBeGreaterThan(0);
  expect(report.warnings[0]).toBe(
    `relu, width 16: ${value} of 50 draws left the finite numbers; they are left out, and the verdict says nothing of the rest.`,
  );
  expect(report.summary.verdict.agreement).toBeNull();
});
