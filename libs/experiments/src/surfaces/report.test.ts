import { detachedContext } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkReport, figureTexts } from '../../test/report-checks.ts';
import { runOfBatches } from '../../test/shard-session.ts';
import { pick } from '../../test/support.ts';
import { judge } from '../summary.ts';
import { surfaces } from '../surfaces.ts';
import { estimateSurfaces } from './estimates.ts';
import { readSamples, type SurfaceSample } from './samples.ts';
import type { SurfacesSettings } from './settings.ts';
import { computeSurfaces, planSurfaces, type SurfacesTask } from './shards.ts';
import { finiteDepthPrediction, limitPrediction } from './theory.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  surfaces.settings.parse({ points: 5, width: 60, depth: 6, draws: 80, sigmaZ: 0.7, ...given });

function runOf(settings: SurfacesSettings) {
  const batches = planSurfaces(settings).shards.flatMap(({ task }) => [
    ...(computeSurfaces(settings, task as SurfacesTask, detachedContext())
      .batches as Iterable<Batch>),
  ]);
  return { ...runOfBatches(batches), notes: [] };
}

const reportOf = (given: Record<string, unknown>) =>
  surfaces.report(settingsOf(given), runOf(settingsOf(given)));

describe('theory', () => {
  const z = [
    [0, 0],
    [1, 2],
    [2, 1],
  ] as const;

  it("of the identity is compound growth: (sigmaZ^2 <z, z'> + r) G - r, G = (1 + sigmaW^2 T/L)^L", () => {
    const settings = settingsOf({ activations: 'identity', sigmaW: 0.5, sigmaB: 0.3, depth: 8 });
    const { law } = finiteDepthPrediction(settings, 'identity', z);
    const G = (1 + 0.25 / 8) ** 8;
    const expected = (inner: number) => (0.49 * inner + 0.36) * G - 0.36;
    const inner = [0, 0, 0, 0, 5, 4, 0, 4, 5];
    law.covariance.forEach((value, at) => expect(value).toBeCloseTo(expected(inner[at]), 12));
    expect([...law.mean]).toEqual([0, 0, 0]);
    const limit = limitPrediction(settings, 'identity', z)!;
    const growth = Math.exp(0.25);
    expect(limit.law.covariance[5]).toBeCloseTo((0.49 * 4 + 0.36) * growth - 0.36, 12);
  });

  it('of the swish limit ends at an explosion', () => {
    expect(limitPrediction(settingsOf({ T: 2 }), 'swish', [[0, 0]])).toBeDefined();
    expect(limitPrediction(settingsOf({ T: 2, sigmaZ: 3 }), 'swish', z)).toBeUndefined();
  });
});

describe('a report', () => {
  it('holds moments against the same depth and the limit, and draws a panel a draw', async () => {
    const report = await reportOf({});
    await checkReport(report);
    const { estimates, verdict } = report.summary;
    for (const activation of ['tanh', 'swish']) {
      for (const theory of ['finite depth', 'limit']) {
        const count = (quantity: string) =>
          pick(estimates, quantity, { activation, theory }).length;
        expect(['mean', 'variance', 'covariance'].map(count)).toEqual([5, 5, 4]);
      }
    }
    expect(verdict).toMatchObject({ agreement: true, comparisons: 10 });
    expect(verdict.text).toMatch(
      /^The surfaces agree .*\. Estimates that are not judged: 18 since their errors are far from normal with 80 draws\.$/,
    );
    expect(report.shown).toHaveLength(28);
    expect(await figureTexts(report)).toEqual(
      expect.arrayContaining(['tanh, draw 0', 'swish, draw 1']),
    );
  });

  it('of one draw has no standard errors', async () => {
    const report = await reportOf({ activations: 'tanh', draws: 1, shown: 1 });
    await checkReport(report);
    expect(report.summary.estimates.every(({ se }) => se === null)).toBe(true);
    expect(report.summary.verdict.text).toBe('No estimate could be held against theory.');
  });

  it('shows the value at z1 to the right and z2 upwards', async () => {
    const settings = settingsOf({ activations: 'tanh', draws: 1, shown: 1, points: 3 });
    const value = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const rows = 9;
    const columns = {
      activation: new Uint8Array(rows),
      draw: new Int32Array(rows),
      z1: Float64Array.from(value, (_, row) => Math.floor(row / 3)),
      z2: Float64Array.from(value, (_, row) => row % 3),
      value,
    };
    const [sample] = await readSamples(settings, runOfBatches([{ rows, columns }]));
    expect(sample.surfaces).toEqual([value]);
    expect([...sample.inputs]).toEqual([0, 1, 2]);
    // (1, 1), (2, 1), (1, 2), (2, 2) and (0, 2).
    expect(sample.values.map(([x]) => x)).toEqual([5, 8, 6, 9, 3]);
  });

  it('of networks that left the finite numbers says so, and does not judge them', async () => {
    const report = await reportOf({ activations: 'swish', T: 1e12, depth: 30, draws: 4 });
    await checkReport(report);
    expect(report.warnings).toHaveLength(1);
    expect(report.warnings[0]).toMatch(/^swish: \d of 4 draws left the finite numbers/);
    expect(report.summary.verdict.agreement).toBeNull();
  });
});

describe('the verdict', () => {
  const given = { draws: 200, depth: 4 };
  const seeds = Array.from({ length: 6 }, (_, seed) => seed);
  let drawn: SurfaceSample[][];
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
      const { basis } = estimateSurfaces(settingsOf({ ...given, ...believed }), samples);
      return judge(basis.judged, String, basis.degrees).agreement;
    });
    expect(verdicts).not.toContain(null);
    return verdicts.filter((agreement) => agreement === false).length;
  };

  // Each verdict has a false-alarm rate of about 0.01: more than 2 of 6 occur at 2e-5.
  it('is agreement for networks that are right', () => {
    expect(disagreeing({})).toBeLessThanOrEqual(2);
  });

  it.each([{ sigmaZ: 1 }, { sigmaB: 1.5 }, { T: 2 }])(
    'is disagreement if theory is told %j',
    (wrong) => {
      expect(disagreeing(wrong)).toBe(6);
    },
  );
});
