import { copiedInput, swish } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { collapsedSampler } from '@resdiff/sampler';
import { validateBatch, type Batch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { mergedRun, reseeded, summarised } from '../../test/merged-run.ts';
import { computeInSessions } from '../../test/shard-session.ts';
import { explosion } from '../explosion.ts';
import { kernelModule } from '../kernel-module.ts';
import { casesOf, explosionSettings, type ExplosionSettings } from './settings.ts';
import type { ExplosionTask } from './shards.ts';
import { explosionTable } from './table.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  explosionSettings.parse({
    size: [6, 9],
    draws: 7,
    thresholds: [3, 30],
    inputs: [0, 1],
    ...given,
  });

type Name = (typeof explosionTable)['columns'][number]['name'];
type Row = Readonly<Record<Exclude<Name, 'time'>, number> & { time: number | null }>;

async function computed(settings: ExplosionSettings, task: ExplosionTask): Promise<Row[]> {
  const { rows } = await computeInSessions(
    async (context) => {
      const content = await explosion.compute(settings, task, context);
      for (const batch of content.batches as Iterable<Batch>) validateBatch(explosionTable, batch);
      return content;
    },
    { versions: {} },
  );
  return rows as unknown as Row[];
}

async function all(settings: ExplosionSettings, shardSize: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { task, rows: planned } of explosion.plan(settings, shardSize).shards.toReversed()) {
    const own = await computed(settings, task as ExplosionTask);
    expect(own).toHaveLength(planned);
    rows.unshift(...own);
  }
  return rows;
}

it('has rows that do not depend on the size and the order of shards', async () => {
  const settings = settingsOf();
  const whole = await all(settings, 7);
  expect(whole).toHaveLength(2 * 2 * 3 * 2 * 7 * 2);
  expect(await all(settings, 3)).toEqual(whole);
  expect(await all(settingsOf({ seed: 2 }), 7)).not.toEqual(whole);
});

it.each(['resnet', 'sde'] as const)(
  'times the passing of thresholds by the states of the collapsed sampler: %s',
  async (process) => {
    const settings = settingsOf({ activations: 'swish', size: 40, processes: process, seed: 5 });
    const index = casesOf(settings).findIndex(({ z }) => z === 1);
    const rows = await computed(settings, { case: index, first: 2, count: 2 });
    const T = 3 * 4 * Math.LN2;
    for (const { draw, threshold, time } of rows) {
      // A network of as many layers of the same time step ends where the whole one has come to.
      const square = (layers: number) => {
        const { states } = collapsedSampler(kernelModule(), {
          network: {
            width: 40,
            depth: layers,
            T: (T * layers) / 40,
            sigmaW: 1,
            sigmaB: 1,
            activation: swish,
          },
          increment: process === 'resnet' ? 'recursion' : 'euler',
          initial: [copiedInput(1, 40)],
          key: seedKey(5),
          stream: streams[process],
          keep: 40,
        }).draw(draw);
        return states.reduce((sum, x) => sum + x * x, 0) / 40;
      };
      const before = Math.floor((time! / T) * 40);
      expect(square(before)).toBeLessThan(threshold);
      expect(square(before + 1)).toBeGreaterThanOrEqual(threshold);
    }
    expect(rows).toHaveLength(4);
  },
);

it('counts a state that is not finite as passed, and one that stays small as not', async () => {
  const given = { activations: 'swish', processes: 'sde', size: 30, inputs: 1 };
  // Beyond the squares of 32 bits, so that none but infinity passes.
  const far = { ...settingsOf({ ...given, horizon: 20 }), thresholds: [1e200] };
  const lost = await all(far, 7);
  expect(lost.every(({ time }) => time! > 0 && time! <= 20 * 4 * Math.LN2)).toBe(true);
  const small = await all(settingsOf({ ...given, horizon: 0.1, thresholds: 1e6 }), 7);
  expect(small.every(({ time }) => time === null)).toBe(true);
});

describe('the merged table', () => {
  const small = (thresholds: readonly number[]) =>
    settingsOf({ activations: 'swish', inputs: 1, size: 8, draws: 10, horizon: 0.5, thresholds });

  it('has null where a draw did not pass the threshold, and DuckDB can sum it up', async () => {
    const run = await mergedRun(explosion, small([0.5, 1e9]), 10);
    const counts = await run.query(
      `select threshold, count(*), count(time), avg(time) from TABLE group by all order by all`,
    );
    expect(counts).toEqual([
      [0.5, 20n, 20n, 0],
      [1e9, 20n, 0n, null],
    ]);
    expect(await summarised(run)).toContainEqual(['time', 0, 40n, 50]);
  });

  it('has the same bytes however draws are cut into shards', async () => {
    // A threshold that some draws pass: what is null differs from shard to shard.
    const some = small([0.5, 2]);
    const [whole, cut] = [
      await mergedRun(explosion, some, 10),
      await mergedRun(explosion, some, 3),
    ];
    const [[passed]] = await whole.query('select count(time) from TABLE where threshold = 2');
    expect(Number(passed)).toBeGreaterThan(0);
    expect(Number(passed)).toBeLessThan(20);
    expect([whole.shards, cut.shards]).toEqual([2, 8]);
    expect(cut.tables).toEqual(whole.tables);
    const other = await mergedRun(reseeded(explosion, '2'), some, 10);
    expect(other.tables).not.toEqual(whole.tables);
  });
});
