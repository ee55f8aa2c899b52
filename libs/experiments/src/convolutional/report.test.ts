import type { Batch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { checkReport, figureTexts } from '../../test/report-checks.ts';
import { pick } from '../../test/support.ts';
import { convolutional } from '../convolutional.ts';
import { comparedSites, estimateConvolutional } from './estimates.ts';
import { readSamples } from './samples.ts';
import { convolutionalSettings, type ConvolutionalSettings } from './settings.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  convolutionalSettings.parse({
    ...{ rows: 3, columns: 3, images: [1], size: [10, 20], draws: 150, sigmaB: 0.5 },
    ...given,
  });

function runOf(settings: ConvolutionalSettings) {
  const context = {
    signal: new AbortController().signal,
    progress: () => undefined,
  } as unknown as Parameters<typeof convolutional.compute>[2];
  return {
    notes: [],
    async *batches(): AsyncGenerator<Batch> {
      for (const { task } of convolutional.plan(settings).shards) {
        yield* (await convolutional.compute(settings, task, context)).batches;
      }
    },
  };
}

describe('the report', () => {
  it('holds the moments of sites against their own depth and the limit', async () => {
    const settings = settingsOf();
    const report = await convolutional.report(settings, runOf(settings));
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    expect(verdict.agreement).toBe(true);
    // The Euler scheme, and the means of the network, whose second moments are too narrow to tell.
    expect(verdict.comparisons).toBeGreaterThan(2 * 9 * 3);
    const corner = { row: 0, column: 0, process: 'sde', theory: 'limit' };
    const middle = { ...corner, row: 1, column: 1 };
    // q' = 1/4 + (M q)/9 on 3 x 3 sites by symmetry: corners a, sides b, the middle c, with
    // M q = a + 2b + c, 2a + 3b + c and 4a + 4b + c, from 1 each, by small steps.
    let q = [1, 1, 1];
    for (let step = 0; step < 200_000; step++) {
      const [a, b, c] = q;
      const forcing = [a + 2 * b + c, 2 * a + 3 * b + c, 4 * a + 4 * b + c];
      q = q.map((value, i) => value + (0.25 + forcing[i] / 9) / 200_000);
    }
    expect(pick(estimates, 'secondMoment', corner)[0].expected).toBeCloseTo(q[0], 4);
    expect(pick(estimates, 'secondMoment', middle)[0].expected).toBeCloseTo(q[2], 4);
    expect(pick(estimates, 'centreProduct', middle)).toEqual([]);
    expect(report.warnings).toEqual([]);
    expect(await figureTexts(report)).toEqual(
      expect.arrayContaining(['network', 'limit, D = L = ∞', 'in the middle, by size', 'cosine']),
    );
  });

  it('finds sites that are taken for others, and other scales', async () => {
    const settings = settingsOf({ size: 20, processes: 'sde' });
    const verdictOf = async (drawn: Record<string, unknown>) =>
      (await convolutional.report(settings, runOf(settingsOf({ ...settings, ...drawn })))).summary
        .verdict;
    expect(await verdictOf({})).toMatchObject({ agreement: true });
    for (const wrong of [{ kernel: 1 }, { patchScaling: 'none' }, { sigmaB: 0.8 }]) {
      expect(await verdictOf(wrong), JSON.stringify(wrong)).toMatchObject({ agreement: false });
    }
  });

  it('says that there is no limit, and counts draws that are lost', async () => {
    const settings = settingsOf({
      ...{ activation: 'swish', T: 40, size: 12, draws: 3, rows: 2, columns: 1, images: [3, 0] },
    });
    const report = await convolutional.report(settings, runOf(settings));
    await checkReport(report);
    expect(report.warnings[0]).toMatch(/^There is no limit at T = 40/);
    expect(report.warnings[1]).toMatch(/^sde, D = L = 12: 3 of 3 draws left the finite numbers/);
    expect(pick(report.summary.estimates, 'nonFiniteDraws', { process: 'sde' })[0].value).toBe(3);
    expect(report.summary.verdict.agreement).toBeNull();
    expect(await figureTexts(report)).toEqual(
      expect.arrayContaining(['middle column, image 1, D = L = 12']),
    );
  });

  it('of one site and one draw is whole', async () => {
    const settings = settingsOf({ rows: 1, columns: 1, draws: 1, size: 3 });
    const report = await convolutional.report(settings, runOf(settings));
    await checkReport(report);
    expect(report.summary.verdict.comparisons).toBe(0);
  });
});

/** Verdicts are wrong at a rate of 1 %: more than 3 of 30 at a rate of 2e-4. */
it('raises no more alarms than it says', async () => {
  let alarms = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const settings = settingsOf({ size: 8, rows: 2, columns: 2, processes: 'sde', seed });
    const report = await convolutional.report(settings, runOf(settings));
    if (report.summary.verdict.agreement !== true) alarms++;
  }
  expect(alarms).toBeLessThanOrEqual(3);
});

it('compares corners, sides and the middle, each once', () => {
  expect(comparedSites({ rows: 5, columns: 5 })).toEqual([0, 2, 4, 10, 12, 14, 20, 22, 24]);
  expect(comparedSites({ rows: 1, columns: 2 })).toEqual([0, 1]);
});

it('holds nothing against theory that a narrow network cannot have', async () => {
  const settings = settingsOf({ size: 10, processes: 'resnet', draws: 1000, rows: 1, columns: 2 });
  const samples = await readSamples(settings, runOf(settings));
  const { basis } = estimateConvolutional(settings, samples, undefined);
  expect(basis.narrow).toBeGreaterThan(0);
  expect(basis.judged.every(({ quantity }) => quantity === 'mean')).toBe(true);
});
