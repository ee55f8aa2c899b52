import { detachedContext } from '@resdiff/runtime';
import type { Batch, NullableColumn } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { checkReport, figureTexts } from '../../test/report-checks.ts';
import { runOfBatches } from '../../test/shard-session.ts';
import { pick } from '../../test/support.ts';
import { jacobian } from '../jacobian.ts';
import { jacobianSettings, type JacobianSettings } from './settings.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  jacobianSettings.parse({ width: 5, depth: 8, draws: 300, snapshots: 3, T: 0.7, ...given });

/** The batches of a run in this thread. */
async function batchesOf(settings: JacobianSettings): Promise<Batch[]> {
  const all: Batch[] = [];
  for (const { task } of jacobian.plan(settings).shards) {
    const { batches } = await jacobian.compute(settings, task, detachedContext());
    for await (const batch of batches) all.push(batch);
  }
  return all;
}

const runOf = async (settings: JacobianSettings) => ({
  ...runOfBatches(await batchesOf(settings)),
  notes: [],
});

/** The run of batches whose numbers of a measure are others. */
function distorted(batches: readonly Batch[], measure: string, change: (x: number) => number) {
  const changed = batches.map(({ rows, columns }) => {
    const { values, valid } = columns[measure] as NullableColumn<Float64Array>;
    return { rows, columns: { ...columns, [measure]: { values: values.map(change), valid } } };
  });
  return { ...runOfBatches(changed), notes: [] };
}

describe('estimates', () => {
  // Of phi = id, all processes of the residual network are held against what is exact at their size.
  // The verdict is wrong once in 100 seeds; seed and draws are fixed.
  it('of a linear network agree with the exact means at its width and depth', async () => {
    const settings = settingsOf({
      activation: 'identity',
      sigmaW: 1.1,
      width: 12,
      T: 0.5,
      draws: 500,
    });
    const report = await jacobian.report(settings, await runOf(settings));
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    expect(verdict.agreement, verdict.text).toBe(true);
    const exact = (quantity: string, process: string, layer: number) =>
      pick(estimates, quantity, { process, layer, theory: 'finite depth' })[0].expected;
    const C = 1.1 ** 2 * 0.5;
    const step = 1 + C / 96;
    expect(exact('trace', 'network', 8)).toBe(1);
    expect(exact('squaredNorm', 'network', 8)).toBeCloseTo((1 + C / 8) ** 8, 12);
    expect(exact('squaredNorm', 'euler', 4)).toBeCloseTo((1 + C / 8) ** 4, 12);
    expect(exact('gradientSquare', 'network', 4)).toBeCloseTo((1 + C / 8) ** 4, 12);
    expect(exact('trace', 'inverse', 8)).toBeCloseTo(step ** 8, 12);
    expect(exact('squaredNorm', 'inverse', 8)).toBeCloseTo((step ** 2 + C / 8) ** 8, 12);
    const limit = (quantity: string, process: string) =>
      pick(estimates, quantity, { process, layer: 8, theory: 'limit' })[0].expected;
    expect(limit('squaredNorm', 'network')).toBeCloseTo(Math.exp(C), 12);
    expect(limit('inverseSquaredNorm', 'network')).toBeCloseTo(Math.exp((7 / 6) * C), 12);
    expect(limit('logDeterminant', 'network')).toBeCloseTo(-C / 2, 12);
    expect(limit('logDeterminant', 'inverse')).toBeCloseTo(C / 2, 12);
    expect(limit('logDeterminantVariance', 'euler')).toBeCloseTo(C, 12);
    expect(limit('trace', 'inverse')).toBeCloseTo(Math.exp(C / 12), 12);
    const [gradient] = pick(estimates, 'logGradient', { layer: 0, theory: 'limit' });
    expect(gradient.expected).toBeCloseTo((5 / 12) * C, 12);
    // 2 layers beyond the first of the trace and the norm of each process; the mean logarithm of the
    // gradient before the last, and its square but for the first, where it varies too much.
    expect(verdict.comparisons).toBe(2 * (2 + 2 + 2) + 2 + 1);
    expect(verdict.text).toMatch(
      /Not judged: 1 mean of numbers with tails too heavy for 500 draws/,
    );
    const square = { process: 'network', layer: 0 };
    for (const { z } of pick(estimates, 'gradientSquare', square)) {
      expect(z).toBeNull();
    }
  });

  // At width 1 and T = 5 the mean square of g, e^5, is that of one draw in thousands.
  it('of heavy tails are judged by their logarithms', async () => {
    const given = { width: 1, depth: 20, T: 5, draws: 1000, activation: 'identity' };
    const settings = settingsOf({
      ...given,
      feedforwardActivation: 'identity',
      feedforwardSigmaB: 0,
    });
    const batches = await batchesOf(settings);
    const report = await jacobian.report(settings, { ...runOfBatches(batches), notes: [] });
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    expect(verdict.agreement, verdict.text).toBe(true);
    // Of two layers: log|det| of three processes, gradients of the network and of three scales.
    expect(verdict.comparisons).toBe(2 * (3 + 1 + 3));
    const heavy = estimates.filter(({ quantity, at }) => quantity === 'squaredNorm' && at.theory);
    for (const { z, se } of heavy) expect({ z, se: se! > 0 }).toEqual({ z: null, se: true });
    const { summary } = await jacobian.report(
      settings,
      distorted(batches, 'logDeterminant', (x) => x + 0.3),
    );
    expect(summary.verdict.agreement).toBe(false);
    expect(summary.verdict.text).toMatch(/logDeterminant of/);
  });

  it('disagree where a matrix is a tenth too large', async () => {
    const settings = settingsOf({ activation: 'identity', processes: 'euler', width: 10 });
    const { summary } = await jacobian.report(
      settings,
      distorted(await batchesOf(settings), 'squaredNorm', (x) => 1.1 ** 2 * x),
    );
    expect(summary.verdict.agreement).toBe(false);
    expect(summary.verdict.text).toMatch(
      /squaredNorm of euler after layer .* Euler scheme at this/,
    );
  });

  it('say what the theory of a feedforward network holds for', async () => {
    const sources = async (feedforwardActivation: string) => {
      const given = { feedforwardActivation, feedforwardSigmaB: 0, processes: 'feedforward' };
      const settings = settingsOf({ ...given, draws: 2 });
      const { summary } = await jacobian.report(settings, await runOf(settings));
      return new Set(summary.estimates.flatMap(({ source }) => source ?? []));
    };
    expect(await sources('identity')).toEqual(
      new Set(['the feedforward network of phi = identity at this width and L = 8']),
    );
    expect(await sources('relu')).toEqual(
      new Set(['mean field of the feedforward network, D = infinity (here 5), L = 8']),
    );
  });

  it('of tanh are judged by the schemes alone, and come near the mean field', async () => {
    const settings = settingsOf({ width: 25, depth: 10, draws: 100, T: 1 });
    const report = await jacobian.report(settings, await runOf(settings));
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    expect(verdict.agreement, verdict.text).toBe(true);
    expect(verdict.comparisons).toBe(2 * 2 * 2);
    const [square] = pick(estimates, 'squaredNorm', {
      process: 'network',
      layer: 10,
      theory: 'finite depth',
    });
    // Effects of the width are of order 1/D.
    expect(Math.abs(square.value! / square.expected! - 1)).toBeLessThan(0.1);
    // At the edge of chaos from its own variance on, gradients keep their mean square but for the last.
    const edge = pick(estimates, 'gradientSquare', {
      process: 'feedforward',
      scale: 1,
      layer: 0,
    })[0];
    const [ordered, chaotic] = [0.8, 1.25].map(
      (scale) => pick(estimates, 'gradientSquare', { process: 'feedforward', scale, layer: 0 })[0],
    );
    expect(ordered.expected!).toBeLessThan(edge.expected! / 2);
    expect(chaotic.expected!).toBeGreaterThan(2 * edge.expected!);
    expect(await figureTexts(report)).toEqual(
      expect.arrayContaining([
        'residual network',
        'feedforward, edge of chaos',
        'law of infinite depth',
        'log |det g|',
      ]),
    );
  });

  it.each([
    ['swish', 'network'],
    ['relu', 'network'],
    ['swish', ['euler', 'inverse']],
    ['tanh', 'inverse'],
    ['tanh', 'feedforward'],
  ])('of %s and %s alone are drawn', async (activation, processes) => {
    const settings = settingsOf({ activation, processes, draws: 5 });
    const report = await jacobian.report(settings, await runOf(settings));
    await checkReport(report);
    expect(report.summary.verdict).toMatchObject({ comparisons: 0, agreement: null });
  });

  it('leave out what is not finite, and say so', async () => {
    const settings = settingsOf({
      activation: 'identity',
      sigmaW: 1e30,
      draws: 4,
      processes: ['network', 'feedforward'],
    });
    const report = await jacobian.report(settings, await runOf(settings));
    await checkReport(report);
    expect(report.warnings).toEqual([
      'network: 4 of 4 draws left the finite numbers; there are no estimates after the layers where they did.',
    ]);
  });
});
