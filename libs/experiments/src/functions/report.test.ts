import { expect, describe, it } from 'vitest';
import { checkReport, figureTexts, wholeReport } from '../../test/report-checks.ts';
import { pick } from '../../test/support.ts';
import { reportFunctions } from './report.ts';
import { functionsSettings } from './settings.ts';
import { computeFunctions, planFunctions, type FunctionsTask } from './shards.ts';

const open = { signal: new AbortController().signal, progress: () => undefined };

function reportOf(given: Record<string, unknown>, shardSize?: number) {
  const settings = functionsSettings.parse({
    activations: 'tanh',
    depths: 5,
    widths: 6,
    draws: 300,
    tablePoints: 5,
    points: 21,
    ...given,
  });
  const done = planFunctions(settings, shardSize).shards.map(({ id, task }) => ({
    id,
    task,
    content: computeFunctions(settings, task as FunctionsTask, open),
  }));
  return reportFunctions(settings, {
    notes: done.map(({ id, task, content }) => ({ id, task, notes: content.notes! })),
    async *batches() {
      for (const { content } of done) yield* content.batches;
    },
  });
}

const feedforward = { kind: 'feedforward', activations: 'tanh,relu', sigmaB: [0.2, 0] };

describe('a report', () => {
  it.each([
    ['one residual network', {}],
    ['a grid', { activations: 'tanh,swish', depths: [3, 5], widths: [4, 6], draws: 50 }],
    ['feedforward networks', { ...feedforward, sigmaW: 'edge-of-chaos' }],
    ['one draw, no curve', { draws: 1, curves: 0 }],
    ['relu with a bias', { activations: 'relu' }],
    ['an exploding limit', { activations: 'swish', T: 1.75 }],
  ])('has a summary of one shape and a figure: %s', async (_, given) => {
    const report = await reportOf(given);
    await checkReport(report);
    expect(report.warnings).toEqual([]);
  });

  it('does not depend on the shards', async () => {
    const cut = await wholeReport(reportOf({ draws: 100 }, 7));
    expect(cut).toEqual(await wholeReport(reportOf({ draws: 100 })));
  });

  it('judges what is exact at a finite width, and holds the rest beside it', async () => {
    const { summary, shown } = await reportOf({ widths: 6, draws: 4000 });
    expect(summary.verdict).toMatchObject({ agreement: true, comparisons: 5 });
    expect(new Set(shown.map(({ quantity }) => quantity))).toEqual(new Set(['mean']));
    expect(summary.verdict.text).toMatch(
      /^The functions agree with what is exact at their size: the largest deviation is \d\.\d\d standard errors \(mean of tanh, L = 5, D = 6, at z = -?[012]\)\. Estimates that are not judged: 5 since the finite width may change them by more than a third of the standard error of 4,000 draws\.$/,
    );
    // A limit that the network is far from at L = 5: variances 1.72 (1 + z^2).
    const [limit] = pick(summary.estimates, 'variance', { z: 2, against: 'limit' });
    expect(limit.expected).toBeCloseTo(5 * (Math.E - 1), 10);
    expect(limit.z).toBeLessThan(-20);
    const [low, median, high] = [0.05, 0.5, 0.95].map(
      (p) => pick(summary.estimates, 'quantile', { z: 0, p })[0],
    );
    expect(low.expected).toBeCloseTo(-1.6448536 * Math.sqrt(Math.E - 1), 6);
    expect(median.expected).toBe(0);
    expect(low.value).toBeLessThan(median.value!);
    expect(median.value).toBeLessThan(high.value!);
  });

  it('judges variances against the mean field where the width is large beside the draws', async () => {
    const { summary } = await reportOf({ activations: 'tanh,swish', widths: 200, draws: 2000 });
    expect(summary.verdict).toMatchObject({ agreement: true, comparisons: 20 });
  });

  it('knows sizes of ReLU networks at every width', async () => {
    const { summary } = await reportOf({
      ...{ ...feedforward, sigmaW: [1, 1.2], widths: 3, depths: 4, draws: 3000 },
    });
    const sizes = pick(summary.estimates, 'meanLogSize');
    expect(sizes.map(({ at }) => at.z)).toEqual([-2, -1, 1, 2]);
    expect(summary.verdict).toMatchObject({ agreement: true, comparisons: 13 });
  });

  it('says how far interpolation is off', async () => {
    const { summary } = await reportOf({ points: 101, depths: 30, widths: 100, draws: 20 });
    const [error] = pick(summary.estimates, 'interpolationError');
    const [nodes] = pick(summary.estimates, 'interpolationNodes');
    expect(error.at).toEqual({ activation: 'tanh', depth: 30, width: 100 });
    expect(error.value).toBeGreaterThan(0);
    expect(error.value).toBeLessThan(1e-5);
    expect(nodes.value).toBeGreaterThan(5);
  });

  it('leaves draws out that left the finite numbers, and says so', async () => {
    const report = await reportOf({
      activations: 'swish',
      T: 46,
      sigmaW: 5,
      depths: 92,
      draws: 20,
    });
    await checkReport(report);
    expect(report.warnings).toEqual([
      expect.stringMatching(
        /^swish, L = 92, D = 6: \d+ of 20 draws left the finite numbers; they are left out of estimates, verdict and figure\.$/,
      ),
    ]);
    expect(report.summary.verdict.agreement).toBeNull();
    expect(report.shown).toEqual([]);
  });
});

it('draws a panel for each network, widths side by side', async () => {
  const texts = await figureTexts(
    await reportOf({ activations: 'tanh,swish', depths: [3, 5], widths: [4, 6], draws: 50 }),
  );
  expect(texts).toEqual(
    expect.arrayContaining([
      'First coordinate of residual networks as a function of the input',
      'T = 1, σw = 1, σb = 1, 50 draws',
      '5 draws',
      'infinite limit: mean, 5 % and 95 %',
      'Gaussian of the mean field at this depth',
    ]),
  );
  const panels = texts.filter((text) => /, L = \d, D = \d$/.test(text));
  expect(panels).toHaveLength(8);
  expect(panels.slice(0, 3)).toEqual([
    'tanh, L = 3, D = 4',
    'tanh, L = 3, D = 6',
    'tanh, L = 5, D = 4',
  ]);
  const own = await figureTexts(
    await reportOf({ ...feedforward, sigmaW: 'edge-of-chaos', curves: 1 }),
  );
  expect(own).toContain(
    'σw = 1.3041 (tanh), 1.4142 (relu) at the edge of chaos, σb = 0.2 (tanh), 0 (relu), 300 draws',
  );
  expect(own).toContain('1 draw');
  expect(own).not.toContain('infinite limit: mean, 5 % and 95 %');
});
