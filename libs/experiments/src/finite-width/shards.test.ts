import { identity, relu } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import type { ShardContext } from '@resdiff/runtime';
import { trajectorySampler } from '@resdiff/sampler';
import { validateBatch, type Batch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { mergedRun, reseeded, summarised } from '../../test/merged-run.ts';
import { rowsOf } from '../../test/shard-session.ts';
import { finiteWidth } from '../finite-width.ts';
import { kernelModule } from '../kernel-module.ts';
import { initialActivity, initiallyActive, signedState } from './initial.ts';
import { ornsteinUhlenbeckTransform } from './ornstein-uhlenbeck.ts';
import { finiteWidthSettings, processes, type FiniteWidthSettings } from './settings.ts';
import { computeFiniteWidth, planFiniteWidth, type FiniteWidthTask } from './shards.ts';
import { trajectoriesTable } from './table.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  finiteWidthSettings.parse({ width: [1, 3], depth: 64, draws: 40, snapshots: 4, ...given });

type Name = (typeof trajectoriesTable)['columns'][number]['name'];
type Nullable = 'y' | 'relativeStep';
type Row = Readonly<Record<Exclude<Name, Nullable>, number> & Record<Nullable, number | null>>;

const idle: Pick<ShardContext, 'signal' | 'progress'> = {
  signal: new AbortController().signal,
  progress: () => {},
};

function computed(settings: FiniteWidthSettings, task: FiniteWidthTask, context = idle): Row[] {
  const { batches } = computeFiniteWidth(settings, task, context);
  return [...(batches as Iterable<Batch<typeof trajectoriesTable>>)].flatMap((batch) => {
    validateBatch(trajectoriesTable, batch);
    return rowsOf(batch) as unknown as Row[];
  });
}

const all = (settings: FiniteWidthSettings, shardSize?: number) =>
  planFiniteWidth(settings, shardSize).shards.flatMap(({ task, rows }) => {
    const found = computed(settings, task as FiniteWidthTask);
    expect(found).toHaveLength(rows);
    return found;
  });

it('rows do not depend on how draws are cut into shards', () => {
  const settings = settingsOf();
  const whole = all(settings);
  expect(whole).toHaveLength(3 * 40 * 5);
  for (const size of [1, 7, 40]) expect(all(settings, size)).toEqual(whole);
  expect(all(settingsOf({ seed: 2 }))).not.toEqual(whole);
});

it('rows are of each network, draw and layer in order', () => {
  const rows = all(settingsOf({ T: 0.5 }));
  const places = rows.map(({ process, width, draw, layer, time }) => [
    process,
    width,
    draw,
    layer,
    time,
  ]);
  const networks = [
    [0, 1],
    [0, 3],
    [1, 1],
  ];
  expect(places).toEqual(
    networks.flatMap((network) =>
      Array.from({ length: 40 }, (_, draw) => draw).flatMap((draw) =>
        [0, 16, 32, 48, 64].map((layer) => [...network, draw, layer, layer / 128]),
      ),
    ),
  );
});

it('rows are those of the sampler from the initial state of the draw', () => {
  const settings = settingsOf({ initial: 2 });
  const rows = computed(settings, { process: 'relu', width: 3, first: 5, count: 20 });
  for (let draw = 5; draw < 25; draw++) {
    const active = initiallyActive(3, seedKey('1'), draw);
    const sampler = trajectorySampler(kernelModule(), {
      network: { width: 3, depth: 64, T: 1, sigmaW: 1, sigmaB: 0, activation: identity },
      psi: relu,
      increment: 'recursion',
      initial: [signedState(3, active, 2)],
      key: seedKey('1'),
      stream: streams.resnet,
      layers: [0, 16, 32, 48, 64],
      statistics: { a: (x) => x[0], b: (x) => x[1], c: (x) => x[2] },
    });
    const { a, b, c } = sampler.draw(draw).values;
    rows
      .filter((row) => row.draw === draw)
      .forEach(({ norm, logFeatureNorm, mean, active: count, y }, k) => {
        const x = [a[k], b[k], c[k]];
        const positive = x.filter((value) => value > 0);
        expect(norm).toBeCloseTo(Math.hypot(...x), 5);
        expect(logFeatureNorm).toBeCloseTo(Math.log(Math.hypot(...positive)), 5);
        expect(mean).toBeCloseTo((x[0] + x[1] + x[2]) / 3, 5);
        expect(count).toBe(positive.length);
        expect(y).toBeNull();
      });
  }
});

it('the Ornstein-Uhlenbeck network begins at Y_0 and is told in Y', () => {
  const settings = settingsOf({ initialY: -1.5, reversion: 0.5 });
  const { h, activation } = ornsteinUhlenbeckTransform(0.5);
  const rows = all(settings).filter(({ process }) => processes[process] === 'ornstein-uhlenbeck');
  for (const { layer, y, mean, norm, logFeatureNorm } of rows) {
    if (layer === 0) expect(y).toBeCloseTo(-1.5, 6);
    expect(mean / h(y!)).toBeCloseTo(1, 4);
    expect(norm).toBe(Math.abs(mean));
    expect(logFeatureNorm).toBeCloseTo(Math.log(activation.phi(mean)), 4);
  }
});

it('the last step of a row is that between the layers before it', () => {
  // With every layer kept, and width 1, X itself tells.
  const settings = settingsOf({ width: [1], snapshots: 64 });
  const rows = all(settings);
  const sparse = all(settingsOf({ width: [1] }));
  for (const process of [0, 1]) {
    const own = rows.filter((row) => row.process === process && row.draw === 7);
    const relative = own.map(({ mean }, i) =>
      i === 0 ? NaN : ((mean - own[i - 1].mean) / Math.exp(own[i - 1].logFeatureNorm)) ** 2,
    );
    own.forEach(({ relativeStep }, i) => {
      if (i === 0) expect(relativeStep).toBeNull();
      else {
        const error = Math.abs(relativeStep! - relative[i]);
        expect(error).toBeLessThan(1e-5 * Math.sqrt(relative[i]));
      }
    });
    const kept = own.filter(({ layer }) => layer % 16 === 0);
    expect(sparse.filter((row) => row.process === process && row.draw === 7)).toEqual(kept);
  }
});

describe('the merged table', () => {
  const small = (given: Record<string, unknown> = {}) => settingsOf({ draws: 20, ...given });

  it('has null where there is no Y or no step, and DuckDB can sum it up', async () => {
    const run = await mergedRun(finiteWidth, small(), 20);
    const counts = await run.query(
      `select process, layer = 0 as first, count(*), count(y), count(relativeStep)
       from TABLE group by all order by all`,
    );
    expect(counts).toEqual([
      ['ornstein-uhlenbeck', false, 80n, 80n, 80n],
      ['ornstein-uhlenbeck', true, 20n, 20n, 0n],
      ['relu', false, 160n, 0n, 160n],
      ['relu', true, 40n, 0n, 0n],
    ]);
    const found = await summarised(run);
    expect(found.filter(([, , , nulls]) => nulls !== 0)).toEqual([
      ['y', expect.any(Number), 300n, expect.closeTo(200 / 3, 1)],
      ['relativeStep', expect.any(Number), 300n, 20],
    ]);
    // Of one layer it is T/L in the mean; four standard errors are 0.01. The seed is fixed.
    const [, step] = found.find(([name]) => name === 'relativeStep')!;
    expect(Math.abs(Number(step) - 1 / 64)).toBeLessThan(0.01);
  });

  it('has NaN, and no null, once a draw has left the finite numbers', async () => {
    // log|psi(X_T)| grows by about 19, from 69 to the 88 of 32 bits.
    const large = { width: [16], processes: 'relu', T: 100, depth: 6400, initial: 1e30, draws: 50 };
    const { query } = await mergedRun(finiteWidth, settingsOf(large), 50);
    const [[lost, step, y]] = await query(
      `select count(*) filter (isnan(logFeatureNorm)), count(*) filter (isnan(relativeStep)), count(y)
       from TABLE where layer = 6400`,
    );
    expect(Number(lost)).toBeGreaterThan(0);
    expect([step, y]).toEqual([lost, 0n]);
  });

  it('has the same bytes however draws are cut into shards', async () => {
    const [whole, cut] = [
      await mergedRun(finiteWidth, small(), 20),
      await mergedRun(finiteWidth, small(), 7),
    ];
    expect([whole.shards, cut.shards]).toEqual([3, 9]);
    expect(cut.tables).toEqual(whole.tables);
    const other = await mergedRun(reseeded(finiteWidth, '2'), small(), 20);
    expect(other.tables).not.toEqual(whole.tables);
  });
});

describe('initial states', () => {
  it('have as many active units as coins show, given that there is one', () => {
    const count = 20_000;
    const shares = [0, 0, 0, 0];
    for (let draw = 0; draw < count; draw++) shares[initiallyActive(3, [5, 0], draw)]++;
    expect(shares[0]).toBe(0);
    // Each share is beyond 4.5 standard errors once in 150,000 seeds.
    [3, 3, 1].forEach((ways, i) => {
      const p = ways / 7;
      const z = (shares[i + 1] / count - p) / Math.sqrt((p * (1 - p)) / count);
      expect(Math.abs(z)).toBeLessThan(4.5);
    });
  });

  it('have moments of the binomial law given one', () => {
    for (const width of [2, 3, 5]) {
      const active = Array.from(
        { length: 2 ** width - 1 },
        (_, set) => Array.from((set + 1).toString(2)).filter((bit) => bit === '1').length,
      );
      const mean = (power: number, about = 0) =>
        active.reduce((sum, count) => sum + (count - about) ** power / active.length, 0);
      const found = initialActivity(width);
      expect(found.mean).toBeCloseTo(mean(1), 12);
      expect(found.variance).toBeCloseTo(mean(2, found.mean), 12);
      expect(found.skewness).toBeCloseTo(mean(3, found.mean) / found.variance ** 1.5, 10);
    }
    expect(initialActivity(1)).toEqual({ mean: 1, variance: 0, skewness: 0 });
  });

  it('have x first and -x then', () => {
    expect([...signedState(4, 1, 2)]).toEqual([2, -2, -2, -2]);
    expect([...signedState(2, 2, 3)]).toEqual([3, 3]);
  });
});

it('a shard says how far it is, and ends when it is told to', () => {
  const told: number[] = [];
  const settings = settingsOf({ draws: 200 });
  const task = { process: 'relu', width: 1, first: 0, count: 200 } as const;
  computed(settings, task, { ...idle, progress: (fraction) => void told.push(fraction) });
  expect(told).toEqual([64 / 200, 128 / 200, 192 / 200]);
  const stopped = AbortSignal.abort(new Error('stopped'));
  expect(() => computed(settings, task, { ...idle, signal: stopped })).toThrow('stopped');
});

describe('a plan', () => {
  it('has shards of about half a second, and 10,000 at most', () => {
    const full = planFiniteWidth(finiteWidthSettings.parse({}));
    for (const { cost } of full.shards) expect(cost).toBeLessThan(0.7);
    expect(new Set(full.shards.map(({ id }) => id)).size).toBe(full.shards.length);
    const deep = planFiniteWidth(finiteWidthSettings.parse({ draws: 100_000, depth: 1_000_000 }));
    expect(deep.shards.length).toBeGreaterThan(5_000);
    expect(deep.shards.length).toBeLessThanOrEqual(10_000);
    expect(() => planFiniteWidth(finiteWidthSettings.parse({ draws: 1e9 }))).toThrow(
      'The table would have',
    );
    expect(full.parts.map(({ part }) => part).slice(-2)).toEqual([
      'relu, width 512',
      'ornstein-uhlenbeck',
    ]);
    expect(full.parts[1].work).toBe(20_000 * 1000 * 2);
  });

  it('refuses a shard size that makes too many', () => {
    expect(() => planFiniteWidth(settingsOf({ draws: 100_000 }), 1)).toThrow(
      'A shard size of 1 cuts 100000 draws into more than 3333 shards; it must be at least 31.',
    );
  });
});
