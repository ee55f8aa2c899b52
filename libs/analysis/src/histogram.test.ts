import { expect, test } from 'vitest';
import { histogram, uniformEdges } from './histogram.ts';

test('the height of a bin is the fraction of the values in it over its width', () => {
  const values = Float64Array.of(0, 0.1, 0.4, 0.5, 1.9);
  expect([...histogram(values, [0, 0.5, 2]).density]).toEqual([3 / 5 / 0.5, 2 / 5 / 1.5]);
});

test('bins hold their lower edge, and the last bin its upper edge', () => {
  expect([...histogram(Float64Array.of(0, 1, 2), [0, 1, 2]).density]).toEqual([1 / 3, 2 / 3]);
});

test('values outside the edges count towards the total, so the areas sum to the mass inside', () => {
  const { density } = histogram(Float64Array.of(-5, 0.5, 0.5, 7), [0, 1]);
  expect([...density]).toEqual([0.5]);
});

test('non-finite values are skipped', () => {
  const values = Float32Array.of(NaN, 0.25, Infinity, -Infinity, 0.75);
  expect([...histogram(values, [0, 0.5, 1]).density]).toEqual([1, 1]);
});

test('the areas are the counts of a direct comparison with each pair of edges', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 3);
  const edges = uniformEdges(-2.5, 3, 37);
  const { density } = histogram(values, edges);
  for (let bin = 0; bin < density.length; bin++) {
    const count = values.filter((v) => v >= edges[bin] && v < edges[bin + 1]).length;
    expect(density[bin] * (edges[bin + 1] - edges[bin]) * 1000).toBeCloseTo(count, 9);
  }
});

test('uniform edges hit both ends exactly', () => {
  expect([...uniformEdges(-0.3, 0.7, 10)].at(-1)).toBe(0.7);
  expect([...uniformEdges(-1, 1, 4)]).toEqual([-1, -0.5, 0, 0.5, 1]);
});

test('refuses edges that do not increase, and values of which none is finite', () => {
  const values = Float64Array.of(1);
  expect(() => histogram(values, [0])).toThrow('histogram: 1 edges, must be at least 2');
  expect(() => histogram(values, [0, 1, 1])).toThrow('edges[2] is 1');
  expect(() => histogram(values, [NaN, 1])).toThrow('edges[0] is NaN');
  expect(() => histogram(Float64Array.of(NaN), [0, 1])).toThrow('none of the 1 values is finite');
  expect(() => uniformEdges(1, 1, 3)).toThrow('uniformEdges: [1, 1]');
  expect(() => uniformEdges(0, 1, 0)).toThrow('bins is 0');
});
