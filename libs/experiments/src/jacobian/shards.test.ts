import { copiedInput, iidLaw, tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { feedforwardGradientSampler, jacobianSampler } from '@resdiff/sampler';
import { validateBatch, type Batch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { mergedRun, reseeded, summarised } from '../../test/merged-run.ts';
import { computeInSessions } from '../../test/shard-session.ts';
import { jacobian } from '../jacobian.ts';
import { feedforwardOf, jacobianSettings, processes, type JacobianSettings } from './settings.ts';
import type { JacobianTask } from './shards.ts';
import { jacobianTable, measures } from './table.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  jacobianSettings.parse({ width: 4, depth: 6, draws: 7, snapshots: 3, ...given });

type Name = (typeof jacobianTable)['columns'][number]['name'];
type Required = 'process' | 'draw' | 'layer';
type Row = Readonly<Record<Required, number> & Record<Exclude<Name, Required>, number | null>>;

async function computed(settings: JacobianSettings, task: JacobianTask) {
  const { rows, progress } = await computeInSessions(
    async (context) => {
      const content = await jacobian.compute(settings, task, context);
      for (const batch of content.batches as Iterable<Batch>) validateBatch(jacobianTable, batch);
      return content;
    },
    { versions: {} },
  );
  return { rows: rows as unknown as Row[], progress: progress.flat() };
}

async function all(settings: JacobianSettings, shardSize?: number): Promise<Row[]> {
  const { shards } = jacobian.plan(settings, shardSize);
  const rows: Row[] = [];
  for (const { task } of shards.toReversed()) {
    rows.unshift(...(await computed(settings, task as JacobianTask)).rows);
  }
  return rows;
}

/** The eigenvalues of a 2 x 2 matrix A^T A by its trace and determinant. */
function singularValuesOfTwo([a, b, c, d]: Float64Array): [number, number] {
  const [trace, root] = [a * a + b * b + c * c + d * d, (a * d - b * c) ** 2];
  const gap = Math.sqrt(trace ** 2 - 4 * root);
  return [Math.sqrt((trace - gap) / 2), Math.sqrt((trace + gap) / 2)];
}

describe('the rows of a shard', () => {
  it('are the statistics of the matrices of a draw, in closed form for D = 2', async () => {
    const settings = settingsOf({ width: 2, seed: 9 });
    const { rows, progress } = await computed(settings, { part: 'residual', first: 3, count: 2 });
    expect(progress).toEqual([0.5, 1]);
    const sampler = jacobianSampler({
      activation: tanh,
      law: iidLaw(2, { sigmaW: 1, sigmaB: 1 }),
      depth: 6,
      T: 1,
      initial: copiedInput(1, 2),
      key: seedKey(9),
      stream: streams.jacobian,
      processes: ['network', 'euler', 'inverse'],
      layers: [0, 3, 6],
    });
    expect(rows).toHaveLength(18);
    for (const draw of [3, 4]) {
      const gradients = sampler.gradientNorms(draw);
      for (const { layer, ...matrices } of sampler.draw(draw)) {
        for (const process of ['network', 'euler', 'inverse'] as const) {
          const row = rows.find(
            (each) =>
              each.draw === draw && each.layer === layer && processes[each.process] === process,
          )!;
          const matrix = matrices[process]!;
          const [a, b, c, d] = matrix;
          const [low, high] = singularValuesOfTwo(matrix);
          const close = (name: keyof Row, value: number | null) =>
            expect(row[name], `${process} ${name}`).toEqual(value && expect.closeTo(value, 9));
          close('trace', (a + d) / 2);
          close('squaredNorm', (a * a + b * b + c * c + d * d) / 2);
          close('inverseSquaredNorm', (low ** -2 + high ** -2) / 2);
          close('logDeterminant', Math.log(Math.abs(a * d - b * c)));
          close('smallestSingularValue', low);
          close('largestSingularValue', high);
          close('gradientNorm', process === 'network' ? gradients[layer] : null);
          const [e, f, g, h] = matrices.euler!;
          const error = [e * a + f * c - 1, e * b + f * d, g * a + h * c, g * b + h * d - 1];
          close('identityError', process === 'inverse' ? Math.hypot(...error) / Math.SQRT2 : null);
          expect(row.scale).toBeNull();
        }
      }
    }
  });

  it('are the gradients of feedforward networks at each scale', async () => {
    const settings = settingsOf({ feedforwardScales: [0.8, 1.25] });
    const { rows } = await computed(settings, { part: 'feedforward', first: 2, count: 1 });
    const expected = [0.8, 1.25].flatMap((scale) => {
      const norms = feedforwardGradientSampler({
        network: feedforwardOf(settings, scale),
        initial: copiedInput(1, 4),
        key: seedKey(1),
        stream: streams.feedforwardDirect,
      }).gradientNorms(2);
      return [0, 3, 6].map((layer) => ({ scale, draw: 2, layer, gradientNorm: norms[layer] }));
    });
    expect(rows).toMatchObject(expected);
    expect(rows.every(({ trace, identityError }) => trace === null && identityError === null)).toBe(
      true,
    );
  });

  it('do not depend on the size and the order of shards', async () => {
    const settings = settingsOf({ activation: 'swish' });
    const whole = await all(settings, 7);
    expect(whole).toHaveLength(7 * 3 * 6);
    expect(await all(settings, 2)).toEqual(whole);
    const other = await all(settingsOf({ activation: 'swish', seed: 2 }), 7);
    expect(other).not.toEqual(whole);
  });

  it('are as many as planned, of the processes that are asked for', async () => {
    for (const chosen of ['network', 'feedforward', ['euler', 'inverse']]) {
      const settings = settingsOf({ processes: chosen });
      const { shards, parts } = jacobian.plan(settings, 4);
      for (const { task, rows, cost } of shards) {
        expect((await computed(settings, task as JacobianTask)).rows).toHaveLength(rows);
        expect(cost).toBeGreaterThan(0);
      }
      expect(parts).toHaveLength(1);
      expect(parts[0].rows).toBe(shards.reduce((sum, { rows }) => sum + rows, 0));
    }
  });

  it('go on to the end of what does not stay finite', async () => {
    const settings = settingsOf({ activation: 'identity', sigmaW: 1e30, processes: 'network' });
    const { rows } = await computed(settings, { part: 'residual', first: 0, count: 1 });
    const { squaredNorm, identityError } = rows.at(-1)!;
    expect(squaredNorm).toEqual(expect.any(Number));
    expect(Number.isFinite(squaredNorm)).toBe(false);
    expect(identityError).toBeNull();
  });
});

describe('the merged table', () => {
  const small = (given: Record<string, unknown> = {}) =>
    settingsOf({ width: 3, draws: 8, ...given });

  it('has null where a process has no such number, and DuckDB can sum it up', async () => {
    const run = await mergedRun(jacobian, small(), 8);
    const counts = await run.query(
      `select process, count(*), count(scale), ${measures.map((name) => `count(${name})`).join()}
       from TABLE group by process order by process`,
    );
    const all = 24n;
    const matrix = (identityError: bigint, gradientNorm: bigint) => [
      ...Array<bigint>(6).fill(all),
      identityError,
      gradientNorm,
    ];
    expect(counts).toEqual([
      ['euler', all, 0n, ...matrix(0n, 0n)],
      ['feedforward', 3n * all, 3n * all, ...Array<bigint>(7).fill(0n), 3n * all],
      ['inverse', all, 0n, ...matrix(all, 0n)],
      ['network', all, 0n, ...matrix(0n, all)],
    ]);
    const found = await summarised(run);
    expect(found).toContainEqual(['scale', expect.closeTo((0.8 + 1 + 1.25) / 3, 12), 144n, 50]);
    expect(found.map(([name, , , nulls]) => [name, nulls])).toEqual([
      ...['process', 'scale', 'draw', 'layer'].map((name) => [name, name === 'scale' ? 50 : 0]),
      ...measures.slice(0, 6).map((name) => [name, 50]),
      ['identityError', expect.closeTo(500 / 6, 1)],
      ['gradientNorm', expect.closeTo(200 / 6, 1)],
    ]);
  });

  it('has NaN, or what is infinite, and no null where a matrix left the finite numbers', async () => {
    const lost = small({
      activation: 'identity',
      sigmaW: 1e30,
      processes: ['network', 'feedforward'],
    });
    const { query } = await mergedRun(jacobian, lost, 8);
    const found = await query(
      `select process, count(*) filter (not isfinite(squaredNorm)), count(squaredNorm)
       from TABLE where layer = 6 group by process order by process`,
    );
    expect(found).toEqual([
      ['feedforward', 0n, 0n],
      ['network', 8n, 8n],
    ]);
  });

  it('has the same bytes however draws are cut into shards', async () => {
    const [whole, cut] = [
      await mergedRun(jacobian, small(), 8),
      await mergedRun(jacobian, small(), 3),
    ];
    expect([whole.shards, cut.shards]).toEqual([2, 6]);
    expect(cut.tables).toEqual(whole.tables);
    const other = await mergedRun(reseeded(jacobian, '2'), small(), 8);
    expect(other.tables).not.toEqual(whole.tables);
  });
});

it('refuses shards that would be too many', () => {
  expect(() => jacobian.plan(settingsOf({ draws: 100_000 }), 1)).toThrow(
    'A shard size of 1 cuts 100000 draws into more than 10000 shards; it must be at least 10.',
  );
});
