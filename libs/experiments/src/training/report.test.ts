import type { Batch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { checkReport, figureTexts, wholeReport } from '../../test/report-checks.ts';
import { pick } from '../../test/support.ts';
import { runOfBatches } from '../../test/shard-session.ts';
import { training } from '../training.ts';
import { partsOf } from './jobs.ts';
import { methods, trainingSettings, type Method } from './settings.ts';
import { optimizers } from './table.ts';

/** A training: of each epoch the accuracy; its loss is one minus that. */
interface Written {
  readonly size: number;
  readonly method: Method;
  readonly repetition?: number;
  readonly phase?: 0 | 1;
  readonly rate?: number;
  readonly accuracy: readonly number[];
}

function batchOf({ size, method, repetition = 0, phase = 1, rate = 2, accuracy }: Written): Batch {
  const rows = accuracy.length;
  const { optimizer, centred } = partsOf(method);
  const loss = Float64Array.from(accuracy, (value) => 1 - value);
  return {
    rows,
    columns: {
      size: new Int32Array(rows).fill(size),
      optimizer: new Uint8Array(rows).fill(optimizers.indexOf(optimizer)),
      centred: new Uint8Array(rows).fill(Number(centred)),
      repetition: new Int32Array(rows).fill(repetition),
      phase: new Uint8Array(rows).fill(phase),
      trial: new Int32Array(rows),
      rate: new Float64Array(rows).fill(rate),
      epoch: Int32Array.from({ length: rows }, (_, epoch) => epoch),
      trainLoss: loss,
      evaluatedOn: new Uint8Array(rows).fill(phase),
      loss,
      accuracy: Float64Array.from(accuracy),
    },
  };
}

const settingsOf = (given: Record<string, unknown> = {}) =>
  trainingSettings.parse({
    ...{ data: 'synthetic', trainImages: 1000, testImages: 400, size: [10, 20] },
    ...{ optimizer: 'sgd,adam', epochs: 2, repetitions: 2, ...given },
  });

type Edge = 'from' | 'to' | null;

/** What a run of these trainings hands to the report; each has the notes of its last epoch. */
function runOf(trainings: readonly Written[], limits: readonly number[], edges: Edge[] = []) {
  const finals = trainings.filter(({ phase = 1 }) => phase === 1);
  return {
    ...runOfBatches(trainings.map(batchOf)),
    notes: [
      ...finals.map(({ size, method, repetition = 0, rate = 2, accuracy }, i) => ({
        id: `${size}-${method}-${repetition}`,
        task: { kind: 'network', size, method, repetition },
        notes: {
          rate,
          atEdge: edges[i] ?? null,
          divergedAt: accuracy.some(Number.isNaN) ? accuracy.findIndex(Number.isNaN) : null,
        },
      })),
      ...limits.map((correct, repetition) => ({
        id: `limit-${repetition}`,
        task: { kind: 'limit', repetition },
        notes: { correct, count: 400 },
      })),
    ],
  };
}

const four: Written[] = [
  { size: 10, method: 'sgd', accuracy: [0.1, 0.5, 0.6] },
  { size: 10, method: 'sgd', repetition: 1, accuracy: [0.1, 0.5, 0.7], rate: 4 },
  { size: 10, method: 'adam', accuracy: [0.1, 0.5, 0.8] },
  { size: 10, method: 'adam', repetition: 1, accuracy: [0.1, 0.5, 0.8] },
  { size: 20, method: 'sgd', accuracy: [0.1, 0.5, 0.81] },
  { size: 20, method: 'sgd', repetition: 1, accuracy: [0.1, 0.5, 0.83] },
  { size: 20, method: 'adam', accuracy: [0.1, 0.5, 0.9] },
  { size: 20, method: 'adam', repetition: 1, accuracy: [0.1, 0.5, 0.94] },
];

describe('a report', () => {
  it('has the mean over repetitions, its standard error, and the limit of descent', async () => {
    const report = await training.report(settingsOf(), runOf(four, [320, 324]));
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    const at = (size: number | string, optimizer?: string) =>
      pick(estimates, 'testAccuracy', { size, ...(optimizer && { optimizer }) })[0];
    expect(at('infinite').value).toBeCloseTo(0.805, 12);
    expect(at('infinite').se).toBeCloseTo(0.005, 12);
    const sgd = at(10, 'sgd');
    expect([sgd.value, sgd.se, sgd.expected]).toEqual([
      expect.closeTo(0.65, 12),
      expect.closeTo(0.05, 12),
      expect.closeTo(0.805, 12),
    ]);
    expect(sgd.z).toBeCloseTo(-3.1, 9);
    expect(sgd.source).toBe('kernel regression at infinite size');
    // Adam has another limit.
    expect(at(20, 'adam')).toMatchObject({ expected: null, source: null, z: null });
    expect(at(10, 'adam').se).toBe(0);
    const [rate] = pick(estimates, 'learningRate', { size: 10, optimizer: 'sgd' });
    expect([rate.value, rate.se]).toEqual([3, 1]);
    const [loss] = pick(estimates, 'trainLoss', { size: 20, optimizer: 'adam' });
    expect(loss.value).toBeCloseTo(0.08, 12);
    for (const { value } of pick(estimates, 'divergedTrainings')) expect(value).toBe(0);
    expect(verdict).toMatchObject({ agreement: null, comparisons: 0 });
    expect(verdict.text).toBe(
      'No theory is exact at a finite size. Test accuracy on synthetic at D = L = 20: sgd 82.00 %, adam 92.00 %; kernel regression, the limit of gradient descent, 80.50 %.',
    );
    expect(report.warnings).toEqual([]);
    expect(await figureTexts(report)).toEqual(
      expect.arrayContaining([
        'synthetic: 1,000 training images, 2 epochs',
        'during training, D = L = 20',
        'kernel regression: 80.50 %',
        'Adam, batches',
        'SGD',
      ]),
    );
  });

  it('leaves the trials of searches out', async () => {
    const trials: Written[] = [
      { size: 10, method: 'sgd', phase: 0, accuracy: [0.1, 0.99] },
      { size: 30, method: 'sgd', phase: 0, accuracy: [0.1, 0.99] },
    ];
    const run = runOf(four, [320, 324]);
    const withTrials = { ...run, ...runOfBatches([...trials, ...four].map(batchOf)) };
    expect(await wholeReport(training.report(settingsOf(), withTrials))).toEqual(
      await wholeReport(training.report(settingsOf(), run)),
    );
  });

  it('of one repetition has binomial errors', async () => {
    const one = four.filter(({ repetition = 0 }) => repetition === 0);
    const report = await training.report(settingsOf({ repetitions: 1 }), runOf(one, [320]));
    await checkReport(report);
    const [sgd] = pick(report.summary.estimates, 'testAccuracy', { size: 10, optimizer: 'sgd' });
    expect(sgd.se).toBeCloseTo(Math.sqrt((0.6 * 0.4) / 400), 12);
    const [limit] = pick(report.summary.estimates, 'testAccuracy', { size: 'infinite' });
    expect(limit.se).toBeCloseTo(Math.sqrt((0.8 * 0.2) / 400), 12);
    const [loss] = pick(report.summary.estimates, 'trainLoss', { size: 10, optimizer: 'sgd' });
    expect(loss.se).toBeNull();
  });

  it('of one size and all methods is drawn', async () => {
    const all = methods.map((method): Written => ({ size: 10, method, accuracy: [0.1, 0.6, 0.7] }));
    const settings = settingsOf({ size: 10, repetitions: 1, optimizer: [...methods] });
    const report = await training.report(settings, runOf(all, [320]));
    await checkReport(report);
    expect(await figureTexts(report)).toContain('Adam, all images, centred');
  });

  it('leaves trainings that diverged out, and says so', async () => {
    const trainings = four.map((each) =>
      each.size === 20 && each.method === 'sgd' && each.repetition === 1
        ? { ...each, accuracy: [0.1, NaN, NaN] }
        : each,
    );
    const report = await training.report(settingsOf(), runOf(trainings, [320, 324]));
    await checkReport(report);
    expect(report.warnings).toEqual([
      'sgd at D = L = 20: 1 of 2 trainings diverged; they are left out of accuracies. A lower rate may not.',
    ]);
    const at = { size: 20, optimizer: 'sgd' };
    const [sgd] = pick(report.summary.estimates, 'testAccuracy', at);
    expect(sgd.value).toBe(0.81);
    expect(sgd.se).toBeCloseTo(Math.sqrt((0.81 * 0.19) / 400), 12);
    expect(pick(report.summary.estimates, 'divergedTrainings', at)[0].value).toBe(1);
  });

  it.each([[[320, 324]], [[]]])(
    'of trainings that all diverged is a report, limits %j',
    async (limits) => {
      const trainings = four.map((each) => ({ ...each, accuracy: [0.1, NaN, NaN] }));
      const report = await training.report(settingsOf(), runOf(trainings, limits));
      await checkReport(report);
      expect(report.warnings).toHaveLength(4);
      expect(report.summary.verdict.text).toContain('at D = L = 20: sgd diverged, adam diverged');
      for (const { value, z } of pick(report.summary.estimates, 'testAccuracy', { size: 20 })) {
        expect([value, z]).toEqual([null, null]);
      }
    },
  );

  it('of trainings of which some are not there is drawn, in any order', async () => {
    const some = four.filter(({ size, method }) => size === 10 || method === 'sgd').toReversed();
    const report = await training.report(settingsOf(), runOf(some, [320, 324]));
    await checkReport(report);
    expect(report.summary.verdict.text).toContain('at D = L = 20: sgd 82.00 %; kernel');
    expect(await figureTexts(report)).toContain('Adam, batches');
  });

  it.each([{ activation: 'swish' }, { sigmaY: 'unscaled' }, { loss: 'cross-entropy' }])(
    'without a limit holds nothing against one: %j',
    async (given) => {
      const report = await training.report(settingsOf(given), runOf(four, []));
      await checkReport(report);
      for (const estimate of report.summary.estimates) expect(estimate.expected).toBeNull();
      expect(pick(report.summary.estimates, 'testAccuracy', { size: 'infinite' })).toEqual([]);
      expect(report.summary.verdict.text).not.toContain('kernel regression');
      expect((await figureTexts(report)).join()).not.toContain('kernel regression');
    },
  );

  it('warns of rates at the ends of the search, once for each network', async () => {
    const edges: Edge[] = ['from', 'from', null, 'to'];
    const { warnings } = await training.report(settingsOf(), runOf(four, [320, 324], edges));
    expect(warnings).toEqual([
      'The best rate was at an end of the searched range for sgd at D = L = 10 (the lowest), adam at D = L = 10 (the highest): a better one may lie beyond; widen searchDescent [1,100] or searchAdam [0.001,1].',
    ]);
  });
});
