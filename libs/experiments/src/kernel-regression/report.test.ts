import { describe, expect, it } from 'vitest';
import { checkReport, figureTexts } from '../../test/report-checks.ts';
import { pick } from '../../test/support.ts';
import { runOfBatches } from '../../test/shard-session.ts';
import { kernelRegression } from '../kernel-regression.ts';
import { kernelRegressionSettings, kernels, type KernelName } from './settings.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  kernelRegressionSettings.parse({ subsets: 3, ...given });

/** A run in which each of these kernels had these accuracies, a subset each. */
function runOf(accuracies: Partial<Record<KernelName, readonly number[]>>) {
  const names = Object.keys(accuracies) as KernelName[];
  const batches = accuracies[names[0]]!.map((_, subset) => {
    const column = (of: (name: KernelName, i: number) => number) =>
      Float64Array.from(names, (name, i) => of(name, i));
    const rows = names.length;
    return {
      rows,
      columns: {
        subset: new Int32Array(rows).fill(subset),
        kernel: Uint8Array.from(names, (name) => kernels.indexOf(name)),
        constant: column((_, i) => 0.1 * (i + 1)),
        slope: column((_, i) => 0.01 * (i + 1)),
        noiseVariance: column(() => 5e-5),
        trainImages: new Int32Array(rows).fill(20_000),
        testImages: new Int32Array(rows).fill(10_000),
        correct: Int32Array.from(names, (name) => 10_000 * accuracies[name]![subset]),
        accuracy: column((name) => accuracies[name]![subset]),
        testError: column(() => 0.04 + subset),
        predictiveVariance: column(() => 1e-3),
        logMarginalLikelihood: column(() => 1000 * subset),
      },
    };
  });
  return { ...runOfBatches(batches), notes: [] };
}

const tangent = [0.853, 0.855, 0.857];
const prior = [0.854, 0.855, 0.856];

describe('a report with the settings of the paper', () => {
  it('holds the paper against one more subset', async () => {
    const report = await kernelRegression.report(settingsOf(), runOf({ prior, tangent }));
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    const [paper] = pick(estimates, 'testAccuracy', { kernel: 'tangent', of: 'one subset' });
    // The spread of one, 0.002, and of the mean of three.
    const se = 0.002 * Math.sqrt(4 / 3);
    expect(paper).toMatchObject({ value: expect.closeTo(0.855, 12) as number, expected: 0.8536 });
    expect(paper.se).toBeCloseTo(se, 12);
    expect(paper.z).toBeCloseTo(0.0014 / se, 9);
    expect(paper.source).toBe('[PF22] section 6.3, one subset');
    expect(verdict).toMatchObject({ agreement: true, comparisons: 1 });
    expect(verdict.text).toBe(
      "Accuracy over 3 subsets of mnist, 10000 test images: prior 85.50 %, sd 0.10 %; tangent 85.50 %, sd 0.20 %. One subset may well give the paper's 85.36 %.",
    );
    const [mean] = pick(estimates, 'testAccuracy', { kernel: 'prior' });
    expect([mean.value, mean.se, mean.expected]).toEqual([
      expect.closeTo(0.855, 12),
      expect.closeTo(0.001 / Math.sqrt(3), 12),
      null,
    ]);
    const [likelihood] = pick(estimates, 'logMarginalLikelihood', { kernel: 'tangent' });
    expect(likelihood).toMatchObject({
      value: 1000,
      se: expect.closeTo(1000 / Math.sqrt(3), 9) as number,
    });
    expect(await figureTexts(report)).toEqual(
      expect.arrayContaining(['[PF22]: 85.36 %', 'prior (36)', 'tangent (37)']),
    );
    expect(report.warnings).toEqual([]);
  });

  it("says when one subset would not give the paper's", async () => {
    const { summary } = await kernelRegression.report(
      settingsOf(),
      runOf({ tangent: [0.9, 0.901, 0.9005] }),
    );
    expect(summary.verdict.agreement).toBe(false);
    expect(summary.verdict.text).toMatch(/The paper's 85\.36 % is not what one subset gives\.$/);
  });

  it('of one subset has a binomial error, and cannot judge the paper', async () => {
    const report = await kernelRegression.report(
      settingsOf({ subsets: 1 }),
      runOf({ tangent: [0.85] }),
    );
    await checkReport(report);
    const [mean] = pick(report.summary.estimates, 'testAccuracy', { kernel: 'tangent' }).slice(-1);
    expect(mean.se).toBeCloseTo(Math.sqrt(0.85 * 0.15) / 100, 12);
    expect(report.summary.verdict).toMatchObject({ agreement: null, comparisons: 0 });
    expect(report.summary.verdict.text).toBe(
      "Accuracy over one subset of mnist, 10000 test images: tangent 85.00 %. The paper's 85.36 % for tangent cannot be judged by one subset, whose spread is unknown.",
    );
  });
});

describe('a report without the figure of the paper', () => {
  it.each([
    { data: 'synthetic' },
    { data: 'fashion-mnist' },
    { trainImages: 10_000 },
    { testImages: 9999 },
    { noiseVariance: 1e-4 },
    { activation: 'erf' },
    { T: 2 },
    { sigmaW: 0.9 },
    { sigmaB: 1 },
    { sigmaZ: 1 },
    { sigmaY: 2 },
  ])('has other settings: %j', async (given) => {
    const report = await kernelRegression.report(settingsOf(given), runOf({ tangent }));
    await checkReport(report);
    for (const { expected } of report.summary.estimates) expect(expected).toBeNull();
    expect(report.summary.verdict).toMatchObject({ agreement: null, comparisons: 0 });
    expect(report.summary.verdict.text).toMatch(/The paper has no figure for these settings\.$/);
    expect((await figureTexts(report)).join()).not.toContain('[PF22]');
  });

  it('has other kernels', async () => {
    const report = await kernelRegression.report(
      settingsOf({ kernels: 'prior,empirical-bayes' }),
      runOf({ prior, 'empirical-bayes': tangent }),
    );
    await checkReport(report);
    expect(report.summary.verdict.text).toMatch(/The paper has no figure for these settings\.$/);
    expect(await figureTexts(report)).toContain('empirical Bayes');
    expect((await figureTexts(report)).join()).not.toContain('[PF22]');
  });
});
