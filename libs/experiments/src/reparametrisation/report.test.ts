import { describe, expect, it } from 'vitest';
import { checkReport, figureTexts } from '../../test/report-checks.ts';
import { pick } from '../../test/support.ts';
import { runOfBatches } from '../../test/shard-session.ts';
import { reparametrisation } from '../reparametrisation.ts';
import { parametrisations, reparametrisationSettings } from './settings.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  reparametrisationSettings.parse({ depths: [10, 50], widths: 20, ...given });

interface Written {
  readonly gradients: (typeof parametrisations)[number];
  readonly depth: number;
  readonly width: number;
  /** Right of 10,000; null if it diverged, at step 5 of 25. */
  readonly correct: number | null;
}

function runOf(epochs: readonly Written[], lossOf = (step: number) => 2 / (1 + step)) {
  return {
    ...runOfBatches(
      epochs.map(({ gradients, depth, width, correct }) => {
        const rows = 25;
        return {
          rows,
          columns: {
            depth: new Int32Array(rows).fill(depth),
            width: new Int32Array(rows).fill(width),
            gradients: new Uint8Array(rows).fill(parametrisations.indexOf(gradients)),
            rate: new Float64Array(rows).fill(3),
            step: Int32Array.from({ length: rows }, (_, step) => step),
            loss: Float64Array.from({ length: rows }, (_, step) =>
              correct === null && step >= 5 ? NaN : lossOf(step),
            ),
          },
        };
      }),
    ),
    notes: epochs.map(({ gradients, depth, width, correct }) => ({
      id: `${gradients}-L${depth}-D${width}`,
      task: { gradients, depth, width },
      notes: { correct, count: 10_000 },
    })),
  };
}

const epoch = (
  gradients: Written['gradients'],
  depth: number,
  correct: number | null,
): Written => ({ gradients, depth, width: 20, correct });

const four = [
  epoch('reparametrised', 10, 8800),
  epoch('reparametrised', 50, 8600),
  epoch('standard', 10, 7000),
  epoch('standard', 50, null),
];

describe('a report', () => {
  it('has the range over sizes beside that of the paper, and what diverged', async () => {
    const report = await reparametrisation.report(settingsOf(), runOf(four));
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    const range = (gradients: string) =>
      ['lowest', 'highest'].map((of) => {
        const [{ value, expected, source }] = pick(estimates, 'testAccuracy', { gradients, of });
        return [value, expected, source];
      });
    const source = '[PF20] section 4.3';
    expect(range('reparametrised')).toEqual([
      [0.86, 0.871, source],
      [0.88, 0.906, source],
    ]);
    expect(range('standard')).toEqual([
      [0.7, null, null],
      [0.7, 0.724, source],
    ]);
    const [one] = pick(estimates, 'testAccuracy', { gradients: 'reparametrised', depth: 50 });
    expect(one.value).toBe(0.86);
    expect(one.se).toBeCloseTo(Math.sqrt(0.86 * 0.14) / 100, 12);
    const [lost] = pick(estimates, 'testAccuracy', { gradients: 'standard', depth: 50 });
    expect([lost.value, lost.se]).toEqual([null, null]);
    expect(pick(estimates, 'divergedTrainings').map(({ value }) => value)).toEqual([0, 1]);
    expect(verdict).toMatchObject({ agreement: null, comparisons: 0 });
    expect(verdict.text).toBe(
      'Nothing is exact here. Test accuracy on mnist after one epoch at one rate, over all depths and widths: reparametrised 86.00 % to 88.00 %; standard 70.00 % to 70.00 %, 1 of 2 diverged.',
    );
    expect(report.warnings).toEqual(['standard: training diverged at L = 50, D = 20.']);
    expect(await figureTexts(report)).toEqual(
      expect.arrayContaining([
        'reparametrised gradients, rate 3',
        'standard gradients, rate 0.1',
        'standard: diverged',
        'L = 50, D = 20',
      ]),
    );
  });

  it.each([
    { data: 'synthetic' },
    { trainImages: 6000 },
    { testImages: 2000 },
    { batch: 100 },
    { activation: 'swish' },
    { loss: 'mse' },
    { sigmaB: 0.1 },
    { sigmaW: 2 },
    { T: 2 },
  ])('has nothing of the paper with other settings: %j', async (given) => {
    const report = await reparametrisation.report(settingsOf(given), runOf(four));
    await checkReport(report);
    for (const { expected } of report.summary.estimates) expect(expected).toBeNull();
  });

  it('of trainings that all diverged is a report', async () => {
    const all = four.map((each) => ({ ...each, correct: null }));
    const report = await reparametrisation.report(settingsOf(), runOf(all));
    await checkReport(report);
    expect(report.summary.verdict.text).toMatch(
      /reparametrised none ended, 2 of 2 diverged; standard none ended, 2 of 2 diverged\.$/,
    );
    expect(report.warnings).toEqual([
      'reparametrised: training diverged at L = 10, D = 20; L = 50, D = 20.',
      'standard: training diverged at L = 10, D = 20; L = 50, D = 20.',
    ]);
    for (const { value } of pick(report.summary.estimates, 'testAccuracy'))
      expect(value).toBeNull();
  });

  it.each([
    ['has no place on a logarithmic axis', () => 0],
    ['is lost at once', () => NaN],
  ])('is drawn where a loss %s', async (_, loss) => {
    await checkReport(await reparametrisation.report(settingsOf(), runOf(four, loss)));
  });

  it('of one kind of gradients and one size', async () => {
    const report = await reparametrisation.report(
      settingsOf({ depths: 10, gradients: 'standard' }),
      runOf([epoch('standard', 10, 7000)]),
    );
    await checkReport(report);
    expect(report.summary.verdict.text).toMatch(/widths: standard 70\.00 % to 70\.00 %\.$/);
  });
});
