import { beforeAll, describe, expect, it } from 'vitest';
import { checkReport, figureTexts } from '../../test/report-checks.ts';
import { pick } from '../../test/support.ts';
import type { Report } from '../experiment.ts';
import { reportParameterLaws } from './report.ts';
import { parameterLawsSettings, type ParameterLawsSettings } from './settings.ts';
import { computeParameterLaws, planParameterLaws, type ParameterLawsTask } from './shards.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  parameterLawsSettings.parse({ width: 3, blocks: 100, blockDraws: 50, step: 0.05, ...given });

const idle = { signal: new AbortController().signal, progress: () => {} };

function runOf(settings: ParameterLawsSettings) {
  const done = planParameterLaws(settings).shards.map(({ task }) =>
    computeParameterLaws(settings, task as ParameterLawsTask, idle),
  );
  return {
    notes: [],
    async *batches() {
      for (const { batches } of done) yield* batches;
    },
  };
}

describe('a report', () => {
  const settings = settingsOf();
  const run = runOf(settings);
  let report: Report;
  beforeAll(async () => {
    report = await reportParameterLaws(settings, run);
  });

  it('agrees with the moments of the step in every entry', async () => {
    await checkReport(report);
    // The verdict's false-alarm rate is 1 in 100; the seed is fixed.
    expect(report.summary.verdict).toMatchObject({ agreement: true, comparisons: 3 * (6 + 21) });
    expect(report.summary.verdict.text).toMatch(/^Every entry of drift and covariance agrees with/);
    expect(report.shown).toHaveLength(6);
    const [entry] = pick(report.summary.estimates, 'covariance', {
      law: 'general',
      input: [0, 1],
      coordinate: [2, 0],
    });
    expect(entry.expected).not.toBeNull();
  });

  it('says how far the step is from its limit', () => {
    const { estimates } = report.summary;
    const [effect] = pick(estimates, 'relativeEffectOfStep', { law: 'iid', moment: 'covariance' });
    expect(effect.value).toBeGreaterThan(0.02);
    expect(effect.value).toBeLessThan(0.5);
    expect(pick(estimates, 'driftBesideLimit')).toHaveLength(3 * 6);
  });

  it.each([
    ['biasDrift', { biasDrift: 2 }],
    ['psi', { psi: 'identity' }],
    ['the covariance of the outputs', { outputCovariance: { name: 'ar1', rho: 0.3 } }],
    ['the covariance of the inputs', { inputCovariance: { name: 'ar1', rho: 0.5, variance: 0.2 } }],
    [
      'the covariance of the weights',
      { weightCovariance: { name: 'ar1', rho: 0.5, variance: 0.2 } },
    ],
  ])('detects another law: %s', async (_, given) => {
    const other = await reportParameterLaws(settingsOf(given), run);
    expect(other.summary.verdict.agreement).toBe(false);
    expect(other.summary.verdict.text).toMatch(/^Drift or covariance deviate /);
  });

  it('draws both covariances of every law', async () => {
    expect(await figureTexts(report)).toEqual(
      expect.arrayContaining(['iid: simulated', 'general: Theorem 3.1', 'd[x, x] / dt']),
    );
  });
});

it('of phi = identity rests on Theorem 3.1 itself', async () => {
  const settings = settingsOf({ activation: 'identity', psi: 'relu', laws: 'general' });
  const { summary } = await reportParameterLaws(settings, runOf(settings));
  expect(summary.verdict.agreement).toBe(true);
  for (const { value } of pick(summary.estimates, 'relativeEffectOfStep')) {
    expect(value).toBeLessThan(1e-12);
  }
});

it('of width 1 and a law without noise has no verdict', async () => {
  const settings = settingsOf({ width: 1, laws: 'iid', sigmaW: 0, sigmaB: 0, blocks: 20 });
  const report = await reportParameterLaws(settings, runOf(settings));
  await checkReport(report);
  expect(report.summary.verdict.agreement).toBeNull();
  expect(report.summary.verdict.text).toBe('No entry could be held against theory.');
});

it('says of preactivations that vary too widely that their moments are not judged', async () => {
  const settings = settingsOf({ laws: 'iid', step: 1, sigmaW: 1e6, blocks: 20, blockDraws: 2 });
  const report = await reportParameterLaws(settings, runOf(settings));
  await checkReport(report);
  expect(report.warnings).toEqual([
    'iid: 27 of 27 moments are of preactivations that vary by more than 100, and are held against Theorem 3.1 alone; take a smaller step or smaller scales.',
  ]);
  expect(report.summary.verdict.agreement).toBeNull();
});

it('of few blocks has estimates, but no verdict', async () => {
  const settings = settingsOf({ laws: 'iid', blocks: 19, blockDraws: 2 });
  const { summary } = await reportParameterLaws(settings, runOf(settings));
  expect(pick(summary.estimates, 'drift').every(({ z }) => z !== null)).toBe(true);
  expect(summary.verdict).toMatchObject({
    agreement: null,
    text: 'Nothing is judged by 19 blocks; take 20 or more.',
  });
});
