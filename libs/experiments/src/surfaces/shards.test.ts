import { pairMoments } from '@resdiff/analysis';
import { normals, seedKey, streams } from '@resdiff/random';
import { detachedContext } from '@resdiff/runtime';
import { directSampler } from '@resdiff/sampler';
import { validateBatch, type Batch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { computeInSessions } from '../../test/shard-session.ts';
import { comparedPoints, readSamples } from './samples.ts';
import {
  networkOf,
  smoothActivations,
  surfacesSettings,
  type SurfacesSettings,
} from './settings.ts';
import { computeSurfaces, planSurfaces, type SurfacesTask } from './shards.ts';
import { surfacesTable, type SurfacesTable } from './table.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  surfacesSettings.parse({ points: 5, width: 10, depth: 5, draws: 20, ...given });

function computed(settings: SurfacesSettings, task: SurfacesTask): Batch<SurfacesTable> {
  const { batches } = computeSurfaces(settings, task, detachedContext());
  const [batch] = [...(batches as Iterable<Batch<SurfacesTable>>)];
  validateBatch(surfacesTable, batch);
  return batch;
}

function samplesOf(settings: SurfacesSettings, shardSize?: number) {
  const batches = planSurfaces(settings, shardSize).shards.map(({ task }) =>
    computed(settings, task as SurfacesTask),
  );
  return readSamples(settings, {
    async *batches() {
      yield* await Promise.resolve(batches);
    },
  });
}

describe('the rows of a shard', () => {
  it('do not depend on how the draws are cut, nor on their order', async () => {
    const settings = settingsOf();
    const whole = await samplesOf(settings);
    for (const size of [1, 7, 20]) expect(await samplesOf(settings, size)).toEqual(whole);
    const late = computed(settings, { activation: 'swish', first: 12, count: 3 });
    const early = computed(settings, { activation: 'swish', first: 0, count: 15 });
    expect(late.columns.value).toEqual(early.columns.value.slice(12 * 25));
    expect(late.columns.draw).toEqual(early.columns.draw.slice(12 * 25));
  });

  it('are each input of each draw, by draw, z1 and z2', () => {
    const settings = settingsOf({ points: 3, range: 1 });
    const { rows, columns } = computed(settings, { activation: 'tanh', first: 4, count: 2 });
    expect(rows).toBe(18);
    expect([...columns.draw]).toEqual([4, 5].flatMap((draw) => Array<number>(9).fill(draw)));
    expect([...columns.z1.slice(9)]).toEqual([-1, -1, -1, 0, 0, 0, 1, 1, 1]);
    expect([...columns.z2.slice(0, 6)]).toEqual([-1, 0, 1, -1, 0, 1]);
    expect(new Set(columns.activation)).toEqual(new Set([smoothActivations.indexOf('tanh')]));
  });

  it('stop when they are told to, and say how far they are', async () => {
    const settings = settingsOf();
    const task: SurfacesTask = { activation: 'tanh', first: 0, count: 2 };
    const run = (stopAt = Infinity) =>
      computeInSessions((context) => computeSurfaces(settings, task, context), {
        versions: {},
        stopAt,
      });
    expect((await run()).progress).toEqual([[0.5, 1]]);
    await expect(run(1)).rejects.toThrow('the shard does not end');
  });
});

// Twice ten comparisons of independent samples, each beyond 4.5 at 7e-6: a false alarm at 2e-4.
it.each(['tanh', 'swish'])(
  'moments are those of the network with its weights made: %s',
  async (name) => {
    const draws = 1500;
    const settings = settingsOf({ activations: name, draws, sigmaZ: 0.7 });
    const [{ values, inputs }] = await samplesOf(settings);
    const z = comparedPoints(settings).map(([i, j]) => [inputs[i], inputs[j]]);
    const { width } = settings;
    const key = seedKey(77);
    const direct = Array.from({ length: draws }, (_, draw) => {
      const a = normals({ key, stream: streams.embedding, draw, layer: 0 }, 2 * width);
      const initial = z.map(([z1, z2]) =>
        Float64Array.from({ length: width }, (__, d) => 0.7 * (a[2 * d] * z1 + a[2 * d + 1] * z2)),
      );
      const own = { key, stream: streams.resnetDirect, keep: 1 };
      const network = networkOf(settings, name);
      return directSampler({ network, increment: 'recursion', initial, ...own }).draw(draw).states;
    });
    let largest = 0;
    for (let i = 0; i < z.length; i++) {
      for (let j = i; j < z.length; j++) {
        const found = pairMoments(values[i], values[j]);
        const oracle = pairMoments(
          Float64Array.from(direct, (x) => x[i]),
          Float64Array.from(direct, (x) => x[j]),
        );
        const se = Math.hypot(found.covarianceSe!, oracle.covarianceSe!);
        largest = Math.max(largest, Math.abs(found.covariance! - oracle.covariance!) / se);
      }
    }
    expect(largest).toBeLessThan(4.5);
  },
);

it('a plan covers every draw with every activation once', () => {
  const settings = settingsOf({ draws: 31 });
  for (const size of [undefined, 1, 10, 31, 50]) {
    const { shards, parts } = planSurfaces(settings, size);
    const draws = shards.flatMap(({ task }) => {
      const { activation, first, count } = task as SurfacesTask;
      return Array.from({ length: count }, (_, i) => `${activation} ${first + i}`);
    });
    expect(draws).toEqual(
      ['tanh', 'swish'].flatMap((name) => Array.from({ length: 31 }, (_, i) => `${name} ${i}`)),
    );
    expect(shards.reduce((sum, { rows }) => sum + rows, 0)).toBe(2 * 31 * 25);
    expect(parts.map(({ rows }) => rows)).toEqual([31 * 25, 31 * 25]);
  }
});
