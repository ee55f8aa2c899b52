import { pairMoments } from '@resdiff/analysis';
import { copiedInput, relu, swish, tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { detachedContext, UserError } from '@resdiff/runtime';
import { directFeedforwardSampler, directSampler, type Sampler } from '@resdiff/sampler';
import { validateBatch, type Batch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { computeInSessions } from '../../test/shard-session.ts';
import { sampleCorrelation } from './correlation.ts';
import { models, parameterLaw, type Model } from './models.ts';
import { readSamples } from './samples.ts';
import {
  correlationsSettings,
  inputsOf,
  keptCoordinates,
  type CorrelationsSettings,
} from './settings.ts';
import { computeCorrelations, planCorrelations, type CorrelationsTask } from './shards.ts';
import { productsTable, type ProductsTable } from './table.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  correlationsSettings.parse({ points: 4, width: 12, depth: 6, draws: 30, ...given });

function computed(settings: CorrelationsSettings, task: CorrelationsTask): Batch<ProductsTable> {
  const { batches } = computeCorrelations(settings, task, detachedContext());
  const [batch] = [...(batches as Iterable<Batch<ProductsTable>>)];
  validateBatch(productsTable, batch);
  return batch;
}

function samplesOf(settings: CorrelationsSettings, shardSize?: number) {
  const batches = planCorrelations(settings, shardSize).shards.map(({ task }) =>
    computed(settings, task as CorrelationsTask),
  );
  return readSamples(settings, {
    async *batches() {
      yield* await Promise.resolve(batches);
    },
  });
}

/** The network of a model with its weights made. */
function direct(settings: CorrelationsSettings, model: Model): Sampler {
  const { width, depth, T, seed } = settings;
  const activation = { tanh, swish, relu }[model.split('-')[1] as 'tanh'];
  const network = { width, depth, activation, ...parameterLaw(model, settings) };
  const initial = inputsOf(settings).map((z) => copiedInput(z, width));
  const own = { initial, key: seedKey(seed), keep: keptCoordinates(settings) };
  return model.startsWith('residual')
    ? directSampler({
        network: { ...network, T },
        increment: 'recursion',
        stream: streams.resnetDirect,
        ...own,
      })
    : directFeedforwardSampler({
        network,
        increment: 'feedforward',
        stream: streams.feedforwardDirect,
        ...own,
      });
}

describe('the rows of a shard', () => {
  it.each(models)(
    '%s: do not depend on how the draws are cut, nor on their order',
    async (model) => {
      const settings = settingsOf({ models: model });
      const [whole] = await samplesOf(settings);
      for (const size of [1, 7, 30]) expect(await samplesOf(settings, size)).toEqual([whole]);
      const late = computed(settings, { model, first: 20, count: 5 });
      const early = computed(settings, { model, first: 0, count: 25 });
      expect(late.columns.product).toEqual(early.columns.product.slice(200));
      expect([...late.columns.draw.slice(0, 11)]).toEqual([...Array<number>(10).fill(20), 21]);
    },
  );

  it('are each pair of inputs, with the averages that their coordinates have', () => {
    const settings = settingsOf({ width: 5, coordinates: 'first', points: 3, range: 3 });
    const { rows, columns } = computed(settings, { model: 'feedforward-tanh', first: 2, count: 2 });
    expect(rows).toBe(12);
    expect([...columns.input.slice(0, 6)]).toEqual([0, 0, 0, 1, 1, 2]);
    expect([...columns.otherInput.slice(0, 6)]).toEqual([0, 1, 2, 1, 2, 2]);
    expect([...columns.otherZ.slice(0, 6)]).toEqual([-2, 0, 2, 0, 2, 2]);
    for (let row = 0; row < rows; row++) {
      expect(columns.product[row]).toBe(columns.mean[row] * columns.otherMean[row]);
    }
  });

  it('stop when they are told to, and say how far they are', async () => {
    const settings = settingsOf({ models: 'residual-tanh' });
    const task: CorrelationsTask = { model: 'residual-tanh', first: 0, count: 4 };
    const run = (stopAt = Infinity) =>
      computeInSessions((context) => computeCorrelations(settings, task, context), {
        versions: {},
        stopAt,
      });
    expect((await run()).progress).toEqual([[0.25, 0.5, 0.75, 1]]);
    await expect(run(2)).rejects.toThrow('the shard does not end');
  });
});

describe('correlations', () => {
  // Four times six comparisons of independent samples, each beyond 4.5 at 7e-6: a false alarm at 2e-4.
  it.each(models)('%s: are those of the network with its weights made', async (model) => {
    const settings = settingsOf({ models: model, draws: 1500, coordinates: 'first' });
    const [sample] = await samplesOf(settings);
    const sampler = direct(settings, model);
    const states = Array.from({ length: 1500 }, (_, draw) => sampler.draw(draw).states);
    let largest = 0;
    for (let i = 0; i < 4; i++) {
      for (let j = i + 1; j < 4; j++) {
        const found = sampleCorrelation(sample, i, j);
        const oracle = pairMoments(
          Float64Array.from(states, (x) => x[i]),
          Float64Array.from(states, (x) => x[j]),
        );
        const difference = found.value! - oracle.correlation!;
        const se = Math.hypot(found.se!, oracle.correlationSe!, 1e-5);
        largest = Math.max(largest, Math.abs(difference) / se);
      }
    }
    expect(largest).toBeLessThan(4.5);
  });

  it('of all coordinates have the value and the error of pairMoments with draws as clusters', async () => {
    const settings = settingsOf({ models: 'residual-swish', width: 6, draws: 40 });
    const [sample] = await samplesOf({ ...settings, coordinates: 'all' });
    const made = direct(settings, 'residual-swish');
    const columns = inputsOf(settings).map(() => new Float64Array(240));
    const own = {
      ...sample,
      means: sample.means.map((x) => x.slice()),
      products: sample.products.map((x) => x.slice()),
    };
    for (let draw = 0; draw < 40; draw++) {
      const { states } = made.draw(draw);
      let pair = 0;
      for (let i = 0; i < 4; i++) {
        const x = states.subarray(6 * i, 6 * i + 6);
        columns[i].set(x, 6 * draw);
        own.means[i][draw] = x.reduce((sum, value) => sum + value, 0) / 6;
        for (let j = i; j < 4; j++, pair++) {
          own.products[pair][draw] =
            x.reduce((sum, value, d) => sum + value * states[6 * j + d], 0) / 6;
        }
      }
    }
    for (const [i, j] of [
      [0, 1],
      [1, 3],
    ]) {
      const { correlation, correlationSe } = pairMoments(columns[i], columns[j], {
        clusterSize: 6,
      });
      const found = sampleCorrelation(own, i, j);
      expect(found.value).toBeCloseTo(correlation!, 12);
      expect(found.se).toBeCloseTo(correlationSe!, 12);
    }
  });
});

describe('a plan', () => {
  it('covers every draw of every model once', () => {
    const settings = settingsOf({ draws: 103 });
    for (const size of [undefined, 1, 10, 103, 200]) {
      const { shards, parts } = planCorrelations(settings, size);
      const draws = shards.flatMap(({ task }) => {
        const { model, first, count } = task as CorrelationsTask;
        return Array.from({ length: count }, (_, i) => `${model} ${first + i}`);
      });
      expect(draws).toEqual(
        models.flatMap((model) => Array.from({ length: 103 }, (_, i) => `${model} ${i}`)),
      );
      expect(shards.reduce((sum, { rows }) => sum + rows, 0)).toBe(4 * 103 * 10);
      expect(parts.map(({ work }) => work)).toEqual(Array(4).fill(103 * 6));
    }
  });

  it('refuses a shard size that makes too many shards', () => {
    const settings = settingsOf({ points: 2, draws: 20_001 });
    expect(() => planCorrelations(settings, 2)).toThrow(UserError);
    expect(() => planCorrelations(settings, 2)).toThrow('it must be at least 3');
  });
});
