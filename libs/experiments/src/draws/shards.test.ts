import { copiedInput, findActivation } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { UserError } from '@resdiff/runtime';
import { collapsedSampler, directSampler, gaussianSampler, type Sampler } from '@resdiff/sampler';
import { validateBatch, type Batch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../test/support.ts';
import { kernelModule } from '../kernel-module.ts';
import { processes, type DrawsSettings, type Process } from './settings.ts';
import { computeDraws, planDraws, type DrawsNotes, type DrawsTask } from './shards.ts';
import { drawsTable, type DrawsTable } from './table.ts';
import { limitPrediction } from './theory.ts';

/** The one batch of a shard. */
function computed(settings: DrawsSettings, task: DrawsTask) {
  const { batches, notes } = computeDraws(settings, task);
  const all = [...(batches as Iterable<Batch<DrawsTable>>)];
  expect(all).toHaveLength(1);
  validateBatch(drawsTable, all[0]);
  return { ...all[0], diverged: (notes as DrawsNotes).diverged };
}

/** All rows of a process. */
const whole = (settings: DrawsSettings, process: Process) =>
  computed(settings, { process, first: 0, count: settings.draws });

/** The sampler that a process stands for, with every coordinate kept. */
function samplerOf(settings: DrawsSettings, process: Process): Sampler {
  const { width, depth, T, sigmaW, sigmaB, inputs, seed } = settings;
  const key = seedKey(seed);
  if (process === 'limit') {
    const { law } = limitPrediction(settings)!;
    return gaussianSampler(kernelModule(), { ...law, key, stream: streams.limit, keep: width });
  }
  return collapsedSampler(kernelModule(), {
    network: { width, depth, T, sigmaW, sigmaB, activation: findActivation(settings.activation)! },
    increment: process === 'resnet' ? 'recursion' : 'euler',
    initial: inputs.map((z) => copiedInput(z, width)),
    key,
    stream: streams[process],
    keep: width,
  });
}

const inputCounts: [string, number[]][] = [
  ['one input', [1.5]],
  ['two inputs', [0, 1]],
  ['two close inputs', [1, 1.01]],
  ['four inputs', [-1, 0, 0.5, 2]],
];

describe.each(inputCounts)('the rows of a shard, %s', (_, inputs) => {
  it.each(processes)('%s: the draws of its sampler by draw, input, coordinate', (process) => {
    const settings = settingsOf({ inputs, width: 5, depth: 4, draws: 9, coordinates: 'all' });
    const { rows, columns } = computed(settings, { process, first: 3, count: 4 });
    const sampler = samplerOf(settings, process);
    let row = 0;
    for (let draw = 3; draw < 7; draw++) {
      const { states } = sampler.draw(draw);
      inputs.forEach((z, input) => {
        for (let coordinate = 0; coordinate < 5; coordinate++, row++) {
          const at = Object.fromEntries(
            Object.entries(columns).map(([name, column]) => [name, column[row]]),
          );
          expect(at).toEqual({
            process: processes.indexOf(process),
            draw,
            input,
            z,
            coordinate,
            value: states[5 * input + coordinate],
          });
        }
      });
    }
    expect(rows).toBe(row);
  });

  it.each(processes)('%s: the first coordinate is coordinate 0 of all', (process) => {
    const given = { inputs, width: 7, depth: 5, draws: 30 };
    const first = whole(settingsOf(given), process).columns;
    const { columns } = whole(settingsOf({ ...given, coordinates: 'all' }), process);
    expect(first.value).toEqual(columns.value.filter((__, row) => columns.coordinate[row] === 0));
    expect(new Set(first.coordinate)).toEqual(new Set([0]));
    expect(new Set(first.value).size).toBeGreaterThan(25);
  });
});

it('has different numbers for another seed and for each process', () => {
  const values = ['1', '2', '4294967297'].flatMap((seed) =>
    processes.map((process) => whole(settingsOf({ seed, draws: 4 }), process).columns.value),
  );
  expect(new Set(values.map(String)).size).toBe(9);
});

describe('a diverging network', () => {
  const settings = settingsOf({ activation: 'swish', T: 20, depth: 50, draws: 40 });

  it('has NaN in every row of the draws that left, and says after which layer', () => {
    const { columns, diverged } = whole(settings, 'sde');
    const sampler = samplerOf(settings, 'sde');
    const layers = Array.from({ length: 40 }, (_, draw) => sampler.draw(draw).divergedAt);
    const left = layers.map((layer) => layer !== undefined);
    expect(left.filter(Boolean).length).toBeGreaterThan(30);
    expect([...columns.value].map(Number.isNaN)).toEqual([...columns.draw].map((d) => left[d]));
    const counts: Record<string, number> = {};
    for (const layer of layers) if (layer !== undefined) counts[layer] = (counts[layer] ?? 0) + 1;
    expect(diverged).toEqual(counts);
  });

  it('leaves at the median layer of the direct sampler, give or take one', () => {
    const { diverged } = whole(settings, 'sde');
    const median = (layers: number[]) => layers.sort((a, b) => a - b)[layers.length >> 1];
    const collapsed = Object.entries(diverged).flatMap(([layer, count]) =>
      new Array<number>(count).fill(Number(layer)),
    );
    const direct = directSampler({
      network: { ...settings, activation: findActivation('swish')! },
      increment: 'euler',
      initial: settings.inputs.map((z) => copiedInput(z, settings.width)),
      key: seedKey(settings.seed),
      stream: streams.sdeDirect,
      keep: 1,
    });
    const layers = Array.from({ length: 40 }, (_, i) => direct.draw(i).divergedAt ?? 51);
    expect(Math.abs(median(collapsed) - median(layers))).toBeLessThanOrEqual(1);
  });

  it('has no finite draw in the limit past its explosion, at 2.7726 of 20 in 50 layers', () => {
    const { columns, diverged } = whole(settings, 'limit');
    expect(diverged).toEqual({ 7: 40 });
    expect([...columns.value].every(Number.isNaN)).toBe(true);
  });

  it('counts values of the limit that f32 cannot hold', () => {
    const large = settingsOf({ T: 180, sigmaB: 1, inputs: [0, 1], draws: 200 });
    const { columns, diverged } = whole(large, 'limit');
    const lost = [...columns.value].filter((value) => !Number.isFinite(value));
    expect(diverged).toEqual({ [large.depth]: lost.length / 2 });
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(400);
    expect(lost.every(Number.isNaN)).toBe(true);
  });
});

describe('a plan', () => {
  it('covers every draw of every process once, in the order of the table', () => {
    const settings = settingsOf({ draws: 103, processes: 'sde,resnet', coordinates: 'all' });
    for (const size of [undefined, 1, 10, 102, 103, 104]) {
      const { shards, parts } = planDraws(settings, size);
      const tasks = shards.map(({ task }) => task as DrawsTask);
      const draws = tasks.flatMap(({ process, first, count }) =>
        Array.from({ length: count }, (_, i) => `${process} ${first + i}`),
      );
      expect(draws).toEqual(
        ['resnet', 'sde'].flatMap((process) =>
          Array.from({ length: 103 }, (_, draw) => `${process} ${draw}`),
        ),
      );
      expect(shards.map(({ id }) => id)).toEqual(shards.map(({ id }) => id).toSorted());
      expect(shards.map(({ rows }) => rows)).toEqual(tasks.map(({ count }) => count * 40));
      const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
      expect(parts.map((part) => part.rows)).toEqual([4120, 4120]);
      expect(sum(parts.map((part) => part.shards))).toBe(shards.length);
      expect(sum(parts.map((part) => part.seconds))).toBeCloseTo(
        sum(shards.map(({ cost }) => cost)),
        12,
      );
    }
  });

  it('counts a normal for each coordinate, input and layer', () => {
    const { parts, workUnit } = planDraws(settingsOf({ width: 32, depth: 10, draws: 7 }));
    expect(workUnit).toBe('normals');
    expect(parts.map(({ part, work }) => [part, work])).toEqual([
      ['resnet', 7 * 10 * 64],
      ['sde', 7 * 10 * 64],
      ['limit', 7 * 2],
    ]);
  });

  it('cuts large runs into shards of about half a second, and huge ones into 10,000', () => {
    const costs = (given: Record<string, unknown>) =>
      planDraws(settingsOf({ width: 500, depth: 500, ...given })).shards.map(({ cost }) => cost);
    const large = costs({ draws: 10_000 });
    expect(Math.max(...large)).toBeLessThan(0.6);
    expect(large.length).toBeLessThan(100);
    expect(costs({ draws: 2 ** 31 - 1, processes: 'sde' })).toHaveLength(10_000);
    expect(costs({ draws: 20_000, width: 100_000, depth: 1e6, processes: 'sde' })).toHaveLength(
      10_000,
    );
  });

  it('refuses a shard size that makes too many shards', () => {
    const plan = () => planDraws(settingsOf({ draws: 20_000_001 }), 2000);
    expect(plan).toThrow(UserError);
    expect(plan).toThrow(
      'A shard size of 2000 cuts 20000001 draws into more than 10000 shards; it must be at least 2001.',
    );
    expect(planDraws(settingsOf({ draws: 20_000_001 }), 2001).shards).toHaveLength(3 * 9996);
  });
});
