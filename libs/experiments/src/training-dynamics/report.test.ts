import { describe, expect, it } from 'vitest';
import { checkReport, figureTexts } from '../../test/report-checks.ts';
import { pick } from '../../test/support.ts';
import { runOfBatches } from '../../test/shard-session.ts';
import { trainingDynamics } from '../training-dynamics.ts';
import { trainingDynamicsSettings } from './settings.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  trainingDynamicsSettings.parse({
    ...{ data: 'synthetic', size: [10, 40], repetitions: 2, steps: 9, snapshots: 3, ...given },
  });

interface Written {
  readonly size: number;
  readonly repetition: number;
  /** Relative to the distance moved, at the end. */
  readonly distance: number;
  readonly moved?: number;
  readonly predictedTrainLoss?: number;
  readonly accuracy?: number;
}

/** A network that moves by 1 and then by `moved`, ending at `distance` of that from the prediction. */
function batchOf({
  size,
  repetition,
  distance,
  moved = 2,
  predictedTrainLoss = 0.1,
  accuracy = 0.8,
}: Written) {
  const path = Float64Array.of(0, 1, moved);
  return {
    rows: 3,
    columns: {
      size: new Int32Array(3).fill(size),
      repetition: new Int32Array(3).fill(repetition),
      step: Int32Array.of(0, 1, 9),
      time: Float64Array.of(0, 1, 9),
      moved: path,
      distanceToFlow: path.map((value) => value * distance * 1.1),
      distanceToDescent: path.map((value) => value * distance),
      trainLoss: Float64Array.of(1, 0.5, 0.2),
      predictedTrainLoss: Float64Array.of(1, 0.5, predictedTrainLoss),
      accuracy: Float64Array.of(0.1, 0.5, accuracy),
      predictedAccuracy: Float64Array.of(0.1, 0.5, 0.85),
    },
  };
}

const runOf = (written: readonly Written[]) => ({
  ...runOfBatches(written.map(batchOf)),
  notes: [],
});

const four: Written[] = [
  { size: 10, repetition: 0, distance: 0.4 },
  { size: 10, repetition: 1, distance: 0.2 },
  { size: 40, repetition: 0, distance: 0.2, accuracy: 0.9 },
  { size: 40, repetition: 1, distance: 0.05 },
];

describe('a report', () => {
  it('has the distance by size, and the power with which it falls', async () => {
    const report = await trainingDynamics.report(settingsOf(), runOf(four));
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    const distances = pick(estimates, 'relativeDistance');
    expect(distances.map(({ at, value, se }) => [at.size, value, se])).toEqual([
      [10, expect.closeTo(0.3, 12), expect.closeTo(0.1, 12)],
      [40, expect.closeTo(0.125, 12), expect.closeTo(0.075, 12)],
    ]);
    // From 0.4 to 0.2 and from 0.2 to 0.05 over a factor of 4: powers -1/2 and -1.
    const [exponent] = pick(estimates, 'scalingExponent');
    expect([exponent.value, exponent.se]).toEqual([
      expect.closeTo(-0.75, 12),
      expect.closeTo(0.25, 12),
    ]);
    const [accuracy] = pick(estimates, 'testAccuracy', { size: 40 });
    expect([accuracy.value, accuracy.se]).toEqual([
      expect.closeTo(0.85, 12),
      expect.closeTo(0.05, 12),
    ]);
    const [predicted] = pick(estimates, 'predictedTestAccuracy', { size: 40 });
    expect([predicted.value, predicted.se]).toEqual([0.85, 0]);
    expect(pick(estimates, 'divergedTrainings').map(({ value }) => value)).toEqual([0, 0]);
    expect(verdict).toMatchObject({ agreement: null, comparisons: 0 });
    expect(verdict.text).toBe(
      'No theory is exact at a finite size. Distance of the trained function from kernel gradient descent, relative to how far it moved, by D = L: 10: 0.300, 40: 0.125; it goes as size to the power -0.75.',
    );
    expect(report.shown.map(({ quantity }) => quantity)).toEqual([
      'relativeDistance',
      'relativeDistance',
      'scalingExponent',
    ]);
    expect(report.warnings).toEqual([]);
    expect(await figureTexts(report)).toEqual(
      expect.arrayContaining([
        'D = L = 40',
        'limiting kernel, from the same initial functions (D = L = 40)',
        'time',
      ]),
    );
  });

  it('of one repetition has no standard errors', async () => {
    const one = four.filter(({ repetition }) => repetition === 0);
    const report = await trainingDynamics.report(settingsOf({ repetitions: 1 }), runOf(one));
    await checkReport(report);
    expect(report.summary.estimates.every(({ se }) => se === null)).toBe(true);
    expect(pick(report.summary.estimates, 'scalingExponent')[0].value).toBeCloseTo(-0.5, 12);
  });

  it('of one size has no power', async () => {
    const report = await trainingDynamics.report(settingsOf({ size: 10 }), runOf(four.slice(0, 2)));
    await checkReport(report);
    expect(pick(report.summary.estimates, 'scalingExponent')).toEqual([]);
    expect(report.summary.verdict.text).toMatch(/by D = L: 10: 0\.300\.$/);
  });

  it('of eight sizes is drawn', async () => {
    const size = [1, 2, 3, 5, 8, 13, 21, 34];
    const report = await trainingDynamics.report(
      settingsOf({ size, repetitions: 1 }),
      runOf(size.map((size) => ({ size, repetition: 0, distance: 1 / size }))),
    );
    await checkReport(report);
    expect(pick(report.summary.estimates, 'scalingExponent')[0].value).toBeCloseTo(-1, 12);
    expect(await figureTexts(report)).toContain('D = L = 34');
  });

  it('leaves networks that diverged out, and says so', async () => {
    const written = four.map((each) =>
      each.size === 10 && each.repetition === 1 ? { ...each, moved: NaN, accuracy: 0 } : each,
    );
    const report = await trainingDynamics.report(settingsOf({ rate: 4 }), runOf(written));
    await checkReport(report);
    expect(report.warnings).toEqual([
      'D = L = 10: 1 of 2 trainings diverged at the rate 4; they are left out. A lower rate may not.',
    ]);
    const { estimates } = report.summary;
    expect(pick(estimates, 'relativeDistance', { size: 10 })[0].value).toBeCloseTo(0.4, 12);
    expect(pick(estimates, 'testAccuracy', { size: 10 })[0].value).toBe(0.8);
    expect(pick(estimates, 'scalingExponent')[0].value).toBeCloseTo(-0.5, 12);
    expect(pick(estimates, 'divergedTrainings').map(({ value }) => value)).toEqual([1, 0]);
  });

  it('of networks that all diverged, and of a prediction that does, is a report', async () => {
    const lost = four.map((each) => ({ ...each, moved: NaN, predictedTrainLoss: Infinity }));
    const report = await trainingDynamics.report(settingsOf(), runOf(lost));
    await checkReport(report);
    expect(report.warnings).toHaveLength(2);
    expect(report.summary.verdict.text).toMatch(/by D = L: 10: diverged, 40: diverged\.$/);
    const unlike = four.map((each) => ({
      ...each,
      distance: Infinity,
      predictedTrainLoss: Infinity,
    }));
    const other = await trainingDynamics.report(settingsOf(), runOf(unlike));
    await checkReport(other);
    expect(pick(other.summary.estimates, 'relativeDistance')[0].value).toBeNull();
  });
});
