import { expect, it } from 'vitest';
import { table, words } from './format.ts';

it('writes lists with commas, and what is nested as YAML does', () => {
  expect(words([0, 1.5, 'tanh'])).toBe('0, 1.5, tanh');
  expect(words({ name: 'ar1', rho: 0.6 })).toBe('{name: ar1, rho: 0.6}');
  expect(words([1, [[1, 0], [0]]])).toBe('1, [[1, 0], [0]]');
});

it('makes tables of as many rows as there are', () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => [String(i % 10), 'a']);
  expect(table([...rows, ['long', 'b']], 'lr')).toMatch(/^0 {5}a\n/);
});
