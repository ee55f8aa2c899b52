import { seedKey } from '@resdiff/random';
import { detachedContext } from '@resdiff/runtime';
import { validateBatch } from '@resdiff/tables';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallDigits, versionsOf } from '../../test/digits.ts';
import { hasNumpy, numpy } from '../../test/numpy.ts';
import { rowsOf } from '../../test/shard-session.ts';
import { plannedData } from '../data.ts';
import { chooseImages } from '../images.ts';
import { kernelRegression } from '../kernel-regression.ts';
import { kernelRegressionSettings, type KernelRegressionSettings } from './settings.ts';
import { regressionsTable } from './table.ts';

const digits = smallDigits();
let versions: Readonly<Record<string, string>>;
beforeAll(async () => {
  versions = await versionsOf(digits);
});

const settingsOf = (given: Record<string, unknown> = {}) =>
  kernelRegressionSettings.parse({ data: digits, trainImages: 500, testImages: 200, ...given });

interface Row {
  readonly subset: number;
  readonly kernel: number;
  readonly constant: number;
  readonly slope: number;
  readonly noiseVariance: number;
  readonly correct: number;
  readonly accuracy: number;
  readonly testError: number;
  readonly predictiveVariance: number;
  readonly logMarginalLikelihood: number;
}

async function computed(settings: KernelRegressionSettings, subset: number): Promise<Row[]> {
  const { batches } = await kernelRegression.compute(
    settings,
    { subset },
    detachedContext(versions),
  );
  const rows: Row[] = [];
  for await (const batch of batches) {
    validateBatch(regressionsTable, batch);
    rows.push(...(rowsOf(batch) as unknown as Row[]));
  }
  return rows;
}

/** Regression in the dual: as many equations as images, of kernels c + s <z, z'>. */
const dual = `
labels, testLabels = given['labels'], given['testLabels']
n = len(labels)
Z = given['images'].reshape(n, -1) / 255.0
Q = given['testImages'].reshape(len(testLabels), -1) / 255.0
Y, T = np.eye(10)[labels], np.eye(10)[testLabels]

def evidence(constant, slope, noise):
    K = constant + slope * Z @ Z.T + noise * np.eye(n)
    fit = np.sum(Y * np.linalg.solve(K, Y))
    return -0.5 * fit - 5 * (np.linalg.slogdet(K)[1] + n * np.log(2 * np.pi))

answer = {}
for i in range(len(given['constants'])):
    constant, slope, noise = given['constants'][i], given['slopes'][i], given['noises'][i]
    K = constant + slope * Z @ Z.T + noise * np.eye(n)
    cross = constant + slope * Q @ Z.T
    mean = cross @ np.linalg.solve(K, Y)
    variance = constant + slope * (Q * Q).sum(1) - (cross * np.linalg.solve(K, cross.T).T).sum(1)
    around = [(np.exp(a), np.exp(b), np.exp(c)) for a in (-.3, 0, .3) for b in (-.3, 0, .3) for c in (-.3, 0, .3)]
    answer[str(i)] = {
        'correct': int((mean.argmax(1) == testLabels).sum()),
        'testError': float(((mean - T) ** 2).mean()),
        'predictiveVariance': float(variance.mean()),
        'logMarginalLikelihood': float(evidence(constant, slope, noise)),
        'best': float(max(evidence(constant * a, slope * b, noise * c) for a, b, c in around)),
    }
`;

describe.runIf(hasNumpy)('the four kernels on 500 images', () => {
  let settings: KernelRegressionSettings;
  let rows: Row[];
  let answer: Record<string, Record<string, number>>;
  beforeAll(async () => {
    settings = settingsOf({ noiseVariance: 0.002, sigmaB: 0.4, sigmaW: 1.2, T: 0.8, sigmaY: 1.5 });
    rows = await computed(settings, 3);
    const dataset = await plannedData(digits, versions);
    const { train, test } = chooseImages(dataset, settings, {
      key: seedKey(settings.seed),
      repetition: 3,
    });
    answer = numpy(dual, {
      constants: rows.map(({ constant }) => constant),
      slopes: rows.map(({ slope }) => slope),
      noises: rows.map(({ noiseVariance }) => noiseVariance),
      images: train.images,
      labels: train.labels,
      testImages: test.images,
      testLabels: test.labels,
    }) as typeof answer;
  });

  it('classify, predict and explain as NumPy says in the dual', () => {
    expect(rows.map(({ kernel }) => kernel)).toEqual([0, 1, 2, 3]);
    rows.forEach((row, i) => {
      expect(row).toMatchObject({ subset: 3, trainImages: 500, testImages: 200 });
      expect(row.correct).toBe(answer[i].correct);
      expect(row.accuracy).toBe(row.correct / 200);
      expect(row.testError / answer[i].testError).toBeCloseTo(1, 6);
      expect(row.predictiveVariance / answer[i].predictiveVariance).toBeCloseTo(1, 6);
      expect(row.logMarginalLikelihood / answer[i].logMarginalLikelihood).toBeCloseTo(1, 8);
    });
  });

  it('are (35), (36) and (37) as the paper prints them', () => {
    const [C, r] = [1.2 ** 2 * 0.8, (0.4 / 1.2) ** 2];
    const E = Math.exp(C);
    const expected = [
      [r * (E - 1), E / 49],
      [1.5 ** 2 * r * (E - 1), (1.5 ** 2 * E) / 49],
      [1.5 ** 2 * r * (C * E + E - 1), (1.5 ** 2 * (C + 2) * E) / 49],
    ];
    expected.forEach(([constant, slope], i) => {
      expect(rows[i].constant / constant).toBeCloseTo(1, 12);
      expect(rows[i].slope / slope).toBeCloseTo(1, 12);
      expect(rows[i].noiseVariance).toBe(0.002);
    });
  });

  it('by empirical Bayes are the likeliest of their neighbours, and the others are not', () => {
    const gaps = rows.map((row, i) => answer[i].best - row.logMarginalLikelihood);
    expect(gaps[3]).toBeLessThan(1e-4);
    expect(Math.min(...gaps.slice(0, 3))).toBeGreaterThan(1);
    const likelihoods = rows.map((row) => row.logMarginalLikelihood);
    expect(Math.max(...likelihoods)).toBe(likelihoods[3]);
  });
});

it('has other images in each subset and for each seed, and the same for the same', async () => {
  const settings = settingsOf({ trainImages: 60, testImages: 40, kernels: 'tangent' });
  const all = await Promise.all([
    computed(settings, 0),
    computed(settings, 1),
    computed({ ...settings, seed: '2' }, 0),
  ]);
  expect(new Set(all.map(([row]) => row.logMarginalLikelihood)).size).toBe(3);
  expect(await computed(settings, 0)).toEqual(all[0]);
});

it('draws test images once for all subsets', async () => {
  const dataset = await plannedData(digits, versions);
  const [first, second] = [0, 1].map((repetition) =>
    chooseImages(dataset, { trainImages: 50, testImages: 60 }, { key: [1, 2], repetition }),
  );
  expect(first.test).toEqual(second.test);
  expect(first.train).not.toEqual(second.train);
  const whole = { trainImages: 50, testImages: 200 };
  expect(chooseImages(dataset, whole, { key: [1, 2], repetition: 0 }).test).toBe(dataset.test);
});

it.each([{ trainImages: 1 }, { trainImages: 2, sigmaB: 0 }, { sigmaW: 0, trainImages: 30 }])(
  'is computed at the edge: %j',
  async (given) => {
    const rows = await computed(settingsOf({ testImages: 20, ...given }), 0);
    expect(rows).toHaveLength(4);
    for (const row of rows) {
      for (const [key, value] of Object.entries(row)) expect(value, key).toSatisfy(Number.isFinite);
    }
  },
);

it('plans a shard a subset, in the order of the table', () => {
  const { shards, parts, workUnit } = kernelRegression.plan(
    settingsOf({ subsets: 12, kernels: 'prior,features' }),
  );
  expect(shards.map(({ id }) => id)).toEqual(shards.map(({ id }) => id).toSorted());
  expect(new Set(shards.map(({ id }) => id)).size).toBe(12);
  for (const { id, rows, cost } of shards) {
    expect(id).toMatch(/^subset-\d{4}$/);
    expect([rows, cost > 0]).toEqual([2, true]);
  }
  expect(parts).toMatchObject([{ part: 'subsets', shards: 12, rows: 24, work: 12 * 500 }]);
  expect(workUnit).toBe('images');
});
