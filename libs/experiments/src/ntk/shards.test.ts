import { copiedInput, findActivation } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { ShardStopped, UserError } from '@resdiff/runtime';
import { directNtkSampler } from '@resdiff/sampler';
import { validateBatch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { noContext, ntkBatches, ntkSamplesOf, ntkSettingsOf } from '../../test/ntk-runs.ts';
import { rowsOf } from '../../test/shard-session.ts';
import { spread } from '../spread.ts';
import type { NtkSettings } from './settings.ts';
import { computeNtk, planNtk, type NtkTask } from './shards.ts';
import { ntkTable, parts } from './table.ts';

const rows = (settings: NtkSettings, shardSize?: number) =>
  ntkBatches(settings, shardSize).flatMap(rowsOf);

describe('the rows', () => {
  it('are those of each pair of inputs of each draw of each size', () => {
    const settings = ntkSettingsOf({ inputs: [2, -1, 0], draws: 3 });
    for (const batch of ntkBatches(settings)) validateBatch(ntkTable, batch);
    const pairs = [
      [2, 2],
      [2, -1],
      [2, 0],
      [-1, -1],
      [-1, 0],
      [0, 0],
    ];
    expect(rows(settings).map(({ size, draw, z, otherZ }) => [size, draw, z, otherZ])).toEqual(
      [4, 9].flatMap((size) =>
        [0, 1, 2].flatMap((draw) => pairs.map((pair) => [size, draw, ...pair])),
      ),
    );
  });

  it('do not depend on how they are cut, nor on the other sizes and draws', () => {
    const settings = ntkSettingsOf();
    const whole = rows(settings);
    for (const shardSize of [1, 7, 49, 50]) expect(rows(settings, shardSize)).toEqual(whole);
    expect(rows(ntkSettingsOf({ size: [2, 9], draws: 20 })).slice(60)).toEqual(
      whole.filter(({ size, draw }) => size === 9 && (draw as number) < 20),
    );
  });

  it('differ by seed, size and draw', () => {
    const all = ['1', '2'].flatMap((seed) => rows(ntkSettingsOf({ seed, inputs: 1 })));
    expect(new Set(all.map(({ weights }) => weights)).size).toBe(200);
  });

  it('are positive semi-definite, and by copied inputs of a linear network in proportion', () => {
    const found = rows(ntkSettingsOf({ activation: 'identity', sigmaB: 0, draws: 9 }));
    for (let row = 0; row < found.length; row += 3) {
      const [k11, k12, k22] = found.slice(row, row + 3).map(({ weights }) => weights as number);
      expect(k12 / k11).toBeCloseTo(2, 5);
      expect(k22 / k11).toBeCloseTo(4, 5);
    }
  });

  it('of draws that leave the finite numbers are NaN', () => {
    const found = rows(ntkSettingsOf({ activation: 'identity', T: 1e9, size: 9, draws: 2 }));
    for (const { weights, biases } of found) expect([weights, biases]).toEqual([NaN, NaN]);
  });

  // Two-sample z-scores of 12 correlated means below 4.2: a false alarm at 3e-4.
  it.each(['tanh', 'relu'])('have the law of networks with weights: %s', async (name) => {
    const settings = ntkSettingsOf({ activation: name, size: 6, draws: 2000 });
    const [{ pairs }] = await ntkSamplesOf(settings);
    const { T, sigmaW, sigmaB, inputs } = settings;
    const direct = directNtkSampler({
      network: { width: 6, depth: 6, T, sigmaW, sigmaB, activation: findActivation(name)! },
      initial: inputs.map((z) => copiedInput(z, 6)),
      key: seedKey(1),
      stream: streams.ntkDirect,
    });
    const draws = Array.from({ length: 2000 }, (_, draw) => direct.draw(draw));
    const scores = parts.flatMap((part) =>
      [0, 1, 3].flatMap((entry, pair) =>
        [1, 2].map((power) => {
          const a = spread(Array.from(pairs[pair][part], (value) => value ** power));
          const b = spread(draws.map((draw) => draw[part][entry] ** power));
          return (a.mean - b.mean) / Math.hypot(a.se!, b.se!);
        }),
      ),
    );
    expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4.2);
    // Negative control: a longer time.
    const right = spread(draws.map(({ biases }) => biases[1]));
    const [{ pairs: longer }] = await ntkSamplesOf(ntkSettingsOf({ ...settings, T: 1.5 }));
    const { mean, se } = spread([...longer[1].biases]);
    expect(Math.abs(mean - right.mean) / Math.hypot(se!, right.se!)).toBeGreaterThan(6);
  });
});

describe('a shard', () => {
  it('says how far it is, and ends when it is told to', () => {
    const settings = ntkSettingsOf();
    const controller = new AbortController();
    const told: number[] = [];
    const progress = (fraction: number) => {
      told.push(fraction);
      if (told.length === 2) controller.abort(new ShardStopped());
    };
    const task: NtkTask = { size: 4, first: 0, count: 4 };
    expect(() => computeNtk(settings, task, { signal: controller.signal, progress })).toThrow(
      ShardStopped,
    );
    expect(told).toEqual([0.25, 0.5]);
    expect(computeNtk(settings, task, noContext)).toBeDefined();
  });
});

describe('a plan', () => {
  it('covers every draw of every size once', () => {
    const settings = ntkSettingsOf({ draws: 103 });
    for (const size of [undefined, 1, 10, 102, 103, 104]) {
      const { shards, parts, workUnit } = planNtk(settings, size);
      expect(workUnit).toBe('normals');
      expect(new Set(shards.map(({ id }) => id)).size).toBe(shards.length);
      const draws = shards.flatMap(({ task }) => {
        const { size, first, count } = task as NtkTask;
        return Array.from({ length: count }, (_, i) => `${size} ${first + i}`);
      });
      expect(draws).toEqual(
        [4, 9].flatMap((each) => Array.from({ length: 103 }, (_, draw) => `${each} ${draw}`)),
      );
      expect(shards.map(({ rows }) => rows)).toEqual(
        shards.map(({ task }) => 3 * (task as NtkTask).count),
      );
      expect(parts.map(({ part, rows }) => [part, rows])).toEqual([
        ['D = L = 4', 309],
        ['D = L = 9', 309],
      ]);
    }
  });

  it('cuts large networks into shards of about half a second', () => {
    const { shards } = planNtk(ntkSettingsOf({ size: [20, 500, 3000], draws: 10_000 }));
    const cost = (size: number) =>
      Math.max(
        ...shards.flatMap(({ task, cost }) => ((task as NtkTask).size === size ? [cost] : [])),
      );
    expect(cost(500)).toBeLessThan(0.5);
    expect(cost(20)).toBeLessThan(0.5);
    expect(shards.length).toBeLessThan(2200);
  });

  it('refuses a shard size that makes too many shards', () => {
    const plan = () => planNtk(ntkSettingsOf({ draws: 100_000 }), 49);
    expect(plan).toThrow(UserError);
    expect(plan).toThrow(
      'A shard size of 49 cuts 100000 draws into more than 2000 shards; it must be at least 50.',
    );
  });
});
