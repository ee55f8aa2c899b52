import { seedKey, type Key } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { batches, shuffle, subset } from './order.ts';
import { Words } from './words.ts';

const key = seedKey(1);
const sorted = (rows: Int32Array) => [...rows].sort((a, b) => a - b);
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Pearson's statistic against equal probabilities. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Its quantile of 1 - 1e-6 (Wilson & Hilferty, 1931). */
function limit(cells: number): number {
  const freedom = cells - 1;
  return freedom * (1 - 2 / (9 * freedom) + 4.7534 * Math.sqrt(2 / (9 * freedom))) ** 3;
}

/** How often each order of five comes up in 36,000 epochs. */
function orderCounts(draw: (epoch: number) => Int32Array): number[] {
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 36_000; epoch++) {
    const order = draw(epoch).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  return [...counts.values(), ...new Array<number>(120 - counts.size).fill(0)];
}

/** The well-known wrong shuffle: every element is swapped with any other. */
function wrongShuffle(count: number, epoch: number): Int32Array {
  const words = new Words({ key, stream: 99, draw: 0, layer: epoch });
  const rows = Int32Array.from(range(count));
  for (let i = 0; i < count; i++) {
    const j = words.below(count);
    [rows[i], rows[j]] = [rows[j], rows[i]];
  }
  return rows;
}

// Each statistical test fails by chance once in a million seeds; the seed is fixed.
describe('shuffle', () => {
  it('is a permutation, the same for the same epoch and another for every other', () => {
    const order = shuffle(60_000, { key, draw: 0, epoch: 3 });
    expect(sorted(order)).toEqual(range(60_000));
    expect(shuffle(60_000, { key, draw: 0, epoch: 3 })).toEqual(order);
    for (const other of [
      { key, draw: 0, epoch: 4 },
      { key, draw: 1, epoch: 3 },
      { key: seedKey(2), draw: 0, epoch: 3 },
    ]) {
      const same = shuffle(60_000, other).filter((row, i) => row === order[i]).length;
      expect(same).toBeLessThan(15);
    }
  });

  it('gives every order of five equally often', () => {
    const counts = orderCounts((epoch) => shuffle(5, { key, draw: 7, epoch }));
    expect(chiSquare(counts)).toBeLessThan(limit(120));
  });

  it('would not if it were the wrong shuffle', () => {
    expect(chiSquare(orderCounts((epoch) => wrongShuffle(5, epoch)))).toBeGreaterThan(limit(120));
  });

  it('brings rows from every part of a large set to every part', () => {
    const count = 100_000;
    const parts = 20;
    const cells = new Array<number>(parts * parts).fill(0);
    const part = (row: number) => Math.floor((row * parts) / count);
    shuffle(count, { key, draw: 0, epoch: 0 }).forEach((row, i) => {
      cells[parts * part(i) + part(row)]++;
    });
    expect(chiSquare(cells)).toBeLessThan(limit((parts - 1) ** 2 + 1));
  });
});

describe('Words', () => {
  const words = (seed: Key) => new Words({ key: seed, stream: 99, draw: 0, layer: 0 });

  it('gives every integer below a bound equally often, where a remainder alone would not', () => {
    const bound = 3 * 2 ** 30;
    const fair = words(key);
    const biased = words(key);
    const fairCounts = [0, 0, 0];
    const biasedCounts = [0, 0, 0];
    for (let i = 0; i < 3000; i++) {
      fairCounts[Math.floor(fair.below(bound) / 2 ** 30)]++;
      biasedCounts[Math.floor((biased.word() % bound) / 2 ** 30)]++;
    }
    expect(chiSquare(fairCounts)).toBeLessThan(limit(3));
    expect(chiSquare(biasedCounts)).toBeGreaterThan(limit(3));
  });

  it('takes every word as it is below 2^32, and none but 0 below 1', () => {
    const [a, b] = [words(key), words(key)];
    for (let i = 0; i < 9; i++) expect(a.below(2 ** 32)).toBe(b.word());
    expect(words(key).below(1)).toBe(0);
  });
});

describe('subset', () => {
  it('is without replacement, the same for the same draw, the beginning of a larger one', () => {
    const rows = subset(60_000, 20_000, { key, draw: 2 });
    expect(new Set(rows).size).toBe(20_000);
    expect(Math.max(...rows)).toBeLessThan(60_000);
    expect(subset(60_000, 20_000, { key, draw: 2 })).toEqual(rows);
    expect(subset(60_000, 10, { key, draw: 2 })).toEqual(rows.slice(0, 10));
    expect(subset(60_000, 10, { key, draw: 3 })).not.toEqual(rows.slice(0, 10));
    expect(sorted(subset(100, 100, { key, draw: 0 }))).toEqual(range(100));
    expect([...subset(1, 1, { key, draw: 0 })]).toEqual([0]);
  });

  it('has every row equally often', () => {
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 20_000; draw++) {
      for (const row of subset(10, 3, { key, draw })) counts[row]++;
    }
    expect(chiSquare(counts)).toBeLessThan(limit(10));
  });

  it.each([0, -1, 1.5, 11, NaN])('refuses %s of 10', (size) => {
    expect(() => subset(10, size, { key, draw: 0 })).toThrow(
      new RangeError(`a subset of 10 images has from 1 to 10 of them, not ${size}`),
    );
  });
});

describe('batches', () => {
  const order = Int32Array.of(3, 1, 4, 0, 2);

  it('are views of the order', () => {
    const views = batches(order, 2, { remainder: 'keep' });
    expect(views.map((view) => [...view])).toEqual([[3, 1], [4, 0], [2]]);
    expect(views.every((view) => view.buffer === order.buffer)).toBe(true);
  });

  it('drop the remainder if asked to', () => {
    expect(batches(order, 2, { remainder: 'drop' })).toHaveLength(2);
    expect(batches(order, 5, { remainder: 'drop' })).toEqual([order]);
    expect(batches(order, 5, { remainder: 'keep' })).toEqual([order]);
  });

  it.each([0, -2, 6, 2.5])('refuse a batch of %s of 5', (batch) => {
    expect(() => batches(order, batch, { remainder: 'keep' })).toThrow(
      new RangeError(`a batch of 5 images has from 1 to 5 of them, not ${batch}`),
    );
  });
});
