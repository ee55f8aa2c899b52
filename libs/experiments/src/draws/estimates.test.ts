import { kolmogorovPValue, ksTwoSample } from '@resdiff/analysis';
import { describe, expect, it } from 'vitest';
import { gaussianColumns } from '../../test/gaussian.ts';
import { pipelineSettings } from '../../test/pipeline-settings.ts';
import { pick, samplesOf, settingsOf } from '../../test/support.ts';
import { judge } from '../summary.ts';
import { estimateDraws } from './estimates.ts';
import type { ProcessSamples } from './samples.ts';
import { drawsSettings, type DrawsSettings } from './settings.ts';
import { finiteDepthPrediction, limitPrediction } from './theory.ts';

const estimatesOf = async (settings: DrawsSettings) =>
  estimateDraws(settings, await samplesOf(settings));

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) =>
  Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1),
  );

describe('estimates', () => {
  it('are the moments of each process, held against what is exact and against the limit', async () => {
    const settings = settingsOf({ activation: 'swish', draws: 400 });
    const samples = await samplesOf(settings);
    const { all, finiteDepth } = estimateDraws(settings, samples);
    for (const { process, values } of samples) {
      const [x, y] = values.map((column) => [...column]);
      const n = x.length;
      const products = x.map((value, i) => (value - mean(x)) * (y[i] - mean(y)));
      const covariance = (mean(products) * n) / (n - 1);
      const found = (quantity: string, z: unknown) => pick(all, quantity, { process, z });
      const sources = process === 'limit' ? 1 : 2;
      expect(found('mean', 0)).toHaveLength(sources);
      for (const [i, z] of settings.inputs.entries()) {
        const column = [x, y][i];
        for (const { value, se } of found('mean', z)) {
          expect(value).toBeCloseTo(mean(column), 6);
          expect(se).toBeCloseTo(deviation(column) / Math.sqrt(n), 6);
        }
        for (const { value } of found('variance', z)) {
          expect(value).toBeCloseTo(deviation(column) ** 2, 6);
        }
      }
      for (const { value } of found('covariance', [0, 1])) expect(value).toBeCloseTo(covariance, 6);
      for (const { value } of found('correlation', [0, 1])) {
        expect(value).toBeCloseTo(covariance / deviation(x) / deviation(y), 6);
      }
    }
    expect(finiteDepth).toHaveLength(18);
    for (const { value, se, expected, z } of finiteDepth) {
      expect(z).toBeCloseTo((value! - expected!) / se!, 10);
    }
    const expectations = pick(all, 'mean', { process: 'resnet', z: 1 });
    expect(expectations.map(({ source }) => source)).toEqual([
      'mean field of the recursion, D = infinity, L = 20',
      'limit, D = L = infinity ([PF22] (34))',
    ]);
    expect(expectations[1].expected).toBeCloseTo(1.79339525, 7);
  });

  it('of relu are held against the recursion alone', async () => {
    const settings = settingsOf({ activation: 'relu', processes: 'resnet' });
    const { all, finiteDepth } = await estimatesOf(settings);
    expect(finiteDepth).toHaveLength(6);
    expect(finiteDepth.every(({ expected }) => expected !== null)).toBe(true);
    expect(all.filter(({ source }) => source?.startsWith('limit'))).toEqual([]);
    expect(pick(all, 'mean')).toHaveLength(2);
  });

  it('of one input have no pairs', async () => {
    const { all, finiteDepth } = await estimatesOf(settingsOf({ inputs: 2 }));
    expect([...pick(all, 'covariance'), ...pick(all, 'correlation')]).toEqual([]);
    expect(finiteDepth.map(({ quantity }) => quantity)).toEqual([
      'mean',
      'variance',
      'mean',
      'variance',
      'mean',
      'variance',
    ]);
  });

  it.each([
    [12, 66],
    [13, 12],
  ])('of %i inputs are of %i pairs: all, but only neighbours above 12', async (count, pairs) => {
    const inputs = Array.from({ length: count }, (_, i) => i / 10);
    const { finiteDepth } = await estimatesOf(
      settingsOf({ inputs, processes: 'resnet', depth: 3, draws: 20 }),
    );
    const found = pick(finiteDepth, 'covariance');
    expect(found).toHaveLength(pairs);
    expect(found.every(({ expected }) => expected !== null)).toBe(true);
  });

  it('are nulls, not NaN, where draws or their variation are lacking', async () => {
    for (const given of [{ draws: 1 }, { sigmaW: 0, sigmaB: 0 }]) {
      const { all, finiteDepth } = await estimatesOf(settingsOf(given));
      expect(JSON.parse(JSON.stringify(all))).toEqual(all);
      expect(pick(finiteDepth, 'correlation').map(({ value }) => value)).toEqual([
        null,
        null,
        null,
      ]);
      expect(finiteDepth.every(({ z }) => z === null)).toBe(true);
    }
  });
});

describe('Kolmogorov-Smirnov distances', () => {
  it('are those of each two processes at each input, with p-values', async () => {
    const settings = settingsOf({ draws: 300, inputs: [0, 1, 2], width: 4 });
    const samples = await samplesOf(settings);
    const { all } = estimateDraws(settings, samples);
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      for (const [input, z] of settings.inputs.entries()) {
        const at = { processes: `${samples[a].process}, ${samples[b].process}`, z };
        const { distance, se } = ksTwoSample(samples[a].values[input], samples[b].values[input]);
        expect(pick(all, 'ksDistance', at)).toMatchObject([{ value: distance, se }]);
        const p = kolmogorovPValue(distance, 300, 300);
        expect(pick(all, 'ksPValue', at)).toMatchObject([{ value: p, se: null }]);
      }
    }
    expect(pick(all, 'ksDistance')).toHaveLength(9);
  });

  it('of pooled coordinates have clustered standard errors and no p-values', async () => {
    const settings = settingsOf({ coordinates: 'all' });
    const samples = await samplesOf(settings);
    const { all } = estimateDraws(settings, samples);
    const [resnet, sde] = samples.map(({ values }) => values[0]);
    const { distance, se } = ksTwoSample(resnet, sde, { clusterSize: 20 });
    const at = { processes: 'resnet, sde', z: 0 };
    expect(pick(all, 'ksDistance', at)).toMatchObject([{ value: distance, se }]);
    expect(pick(all, 'ksPValue')).toEqual([]);
  });

  it('of one process do not exist', async () => {
    const { all } = await estimatesOf(settingsOf({ processes: 'sde' }));
    expect(pick(all, 'ksDistance')).toEqual([]);
  });
});

describe('the verdict', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  const agreements = (given: Record<string, unknown>, believed = given) =>
    Promise.all(
      seeds.map(async (seed) => {
        const samples = await samplesOf(settingsOf({ ...given, seed }));
        const { basis } = estimateDraws(settingsOf({ ...believed, seed }), samples);
        return judge(basis.judged, String, basis.degrees).agreement;
      }),
    );
  const disagreeing = (verdicts: (boolean | null)[]) =>
    verdicts.filter((agreement) => agreement === false).length;

  // Each verdict has a false-alarm rate of about 0.01, so more than 2 of 20 occur at 0.001.
  it.each([
    ['tanh', { activation: 'tanh' }],
    ['swish, which drifts', { activation: 'swish' }],
    ['relu, which has no limit', { activation: 'relu', processes: 'resnet', T: 0.1 }],
    ['one input', { inputs: [1] }],
    ['four inputs', { inputs: [-1, 0, 0.5, 2] }],
    ['all coordinates', { coordinates: 'all', draws: 60, depth: 200 }],
    [
      'gelu, narrow, of which the limit alone is judged',
      { activation: 'gelu', width: 8, draws: 120 },
    ],
  ])('is agreement for samples that are right: %s', async (_, given) => {
    const verdicts = await agreements({ width: 100, depth: 10, draws: 500, ...given });
    expect(disagreeing(verdicts)).toBeLessThanOrEqual(2);
    expect(verdicts).not.toContain(null);
  });

  it.each([
    ['sigmaB', { sigmaB: 1.4 }],
    ['T', { T: 1.7 }],
    ['an input', { inputs: [0.4, 1] }],
    ['the activation', { activation: 'swish' }],
  ])('is disagreement if %s is not what theory is told', async (_, wrong) => {
    const given = { width: 100, depth: 10, draws: 500 };
    expect(disagreeing(await agreements(given, { ...given, ...wrong }))).toBe(20);
  });
});

describe('the verdict on samples of the limit itself', () => {
  const drawn = (settings: DrawsSettings, seed: number): ProcessSamples[] => {
    const { law } = limitPrediction(settings)!;
    const values = gaussianColumns(law, settings.draws, seed).map((x) => Float32Array.from(x));
    return [{ process: 'limit', values, diverged: 0, divergedAt: [] }];
  };

  // More than 12 of 400 verdicts that are false alarms at 1 % occur at 3e-4.
  it.each([
    [5, 5],
    [100, 30],
  ])('on %i right draws is false at its rate', (draws, comparisons) => {
    const settings = settingsOf({ inputs: [-2, -1, 0, 1, 2], processes: 'limit', draws });
    const bases = Array.from({ length: 400 }, (_, seed) => {
      return estimateDraws(settings, drawn(settings, seed)).basis;
    });
    const alarms = (degreesOf: (degrees: number) => number | null) =>
      bases.filter(
        ({ judged, degrees }) => judge(judged, String, degreesOf(degrees!)).agreement === false,
      ).length;
    expect(bases[0].judged).toHaveLength(comparisons);
    expect(bases[0].unsure).toBe(30 - comparisons);
    expect(alarms((degrees) => degrees)).toBeLessThanOrEqual(12);
    expect(alarms(() => null)).toBeGreaterThan(12);
  });

  it('turns on a wrong expectation at the full size of its pipeline', () => {
    const settings = drawsSettings.parse(pipelineSettings('figure-2'));
    const samples = settings.processes.map((process): ProcessSamples => {
      const { law } = finiteDepthPrediction(process, settings)!;
      const values = gaussianColumns(law, settings.draws, 1).map((x) => Float32Array.from(x));
      return { process, values, diverged: 0, divergedAt: [] };
    });
    const verdict = (believed: DrawsSettings) => {
      const { judged, degrees } = estimateDraws(believed, samples).basis;
      return judge(judged, String, degrees);
    };
    expect(verdict(settings)).toMatchObject({ agreement: true, comparisons: 18 });
    expect(verdict({ ...settings, sigmaB: 1.05 }).agreement).toBe(false);
  });
});

it.each([
  ['tanh', 200, { limit: 20, sde: 20, resnet: 4 }],
  ['gelu', 200, { limit: 20, sde: 0, resnet: 0 }],
  ['relu', 200, { resnet: 0 }],
  ['identity', 200, { limit: 20, sde: 20, resnet: 20 }],
])('of pooled %s at D = %i what is exact is judged', async (activation, width, expected) => {
  const settings = settingsOf({
    ...{ activation, width, inputs: [-1, 0, 1, 2], coordinates: 'all', depth: 3, draws: 30 },
    processes: Object.keys(expected),
  });
  const { basis, finiteDepth } = estimateDraws(settings, await samplesOf(settings));
  for (const [process, count] of Object.entries(expected)) {
    expect.soft(basis.judged.filter(({ at }) => at.process === process)).toHaveLength(count);
  }
  expect(basis.judged.length + basis.narrow + basis.unsure).toBe(finiteDepth.length);
});

describe('standard errors of pooled coordinates', () => {
  const quantities: [string, unknown][] = [
    ['mean', 1],
    ['variance', 1],
    ['covariance', [0, 1]],
    ['correlation', [0, 1]],
  ];

  // The ratios have a standard deviation of 0.05, and from 30 draws a bias of a few percent upwards.
  it('match the scatter of the estimates; those by coordinate would be too small', async () => {
    const given = { coordinates: 'all', processes: 'resnet', draws: 30, depth: 10 };
    const growing = { activation: 'identity', T: 2, sigmaB: 0.3 };
    const runs = await Promise.all(
      Array.from({ length: 200 }, async (_, seed) => {
        const settings = settingsOf({ ...given, ...growing, seed });
        const samples = await samplesOf(settings);
        return {
          byDraw: estimateDraws(settings, samples).finiteDepth,
          byCoordinate: estimateDraws({ ...settings, coordinates: 'first' }, samples).finiteDepth,
        };
      }),
    );
    const relativeScatter = (by: 'byDraw' | 'byCoordinate', quantity: string, z: unknown) => {
      const found = runs.map((run) => pick(run[by], quantity, { z })[0]);
      return deviation(found.map(({ value }) => value!)) / mean(found.map(({ se }) => se!));
    };
    for (const [quantity, z] of quantities) {
      const ratio = relativeScatter('byDraw', quantity, z);
      expect.soft(ratio, quantity).toBeGreaterThan(0.8);
      expect.soft(ratio, quantity).toBeLessThan(1.25);
    }
    expect(relativeScatter('byCoordinate', 'variance', 1)).toBeGreaterThan(1.4);
  });
});

describe('divergence', () => {
  it('is counted and located, and its draws are left out of moments', async () => {
    const settings = settingsOf({ activation: 'swish', T: 4, depth: 50, draws: 100 });
    const samples = await samplesOf(settings);
    const { all } = estimateDraws(settings, samples);
    const { diverged, divergedAt, values } = samples[1];
    expect(diverged).toBeGreaterThan(50);
    expect(diverged).toBeLessThan(100);
    for (const column of values) {
      expect(column).toHaveLength(100 - diverged);
      expect(column.every(Number.isFinite)).toBe(true);
    }
    const at = { process: 'sde' };
    expect(pick(all, 'nonFiniteDraws', at)).toMatchObject([{ value: diverged }]);
    expect(pick(all, 'divergenceLayer', at).map(({ at, value }) => [at.statistic, value])).toEqual([
      ['first', Math.min(...divergedAt)],
      ['median', divergedAt[Math.floor((diverged - 1) / 2)]],
      ['last', Math.max(...divergedAt)],
    ]);
    expect(pick(all, 'nonFiniteDraws', { process: 'resnet' })).toMatchObject([{ value: 0 }]);
    expect(pick(all, 'divergenceLayer', { process: 'resnet' })).toEqual([]);
    expect(pick(all, 'mean', { process: 'sde', z: 1 })[0].value).toBeCloseTo(mean(values[1]), -25);
    expect(pick(all, 'mean', { process: 'limit' }).map(({ value }) => value)).toEqual([null, null]);
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
  });

  it('leaves out whole draws of pooled coordinates', async () => {
    const settings = settingsOf({
      ...{ activation: 'swish', T: 4, depth: 50, draws: 100 },
      ...{ coordinates: 'all', processes: 'sde' },
    });
    const [{ values, diverged }] = await samplesOf(settings);
    expect(values[0]).toHaveLength((100 - diverged) * 20);
  });
});
