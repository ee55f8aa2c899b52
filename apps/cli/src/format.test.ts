import { expect, it } from 'vitest';
import { estimates, table, words } from './format.ts';

it('writes lists with commas, and what is nested as YAML does', () => {
  expect(words([0, 1.5, 'tanh'])).toBe('0, 1.5, tanh');
  expect(words({ name: 'ar1', rho: 0.6 })).toBe('{name: ar1, rho: 0.6}');
  expect(words([1, [[1, 0], [0]]])).toBe('1, [[1, 0], [0]]');
});

it('makes tables of as many rows as there are', () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => [String(i % 10), 'a']);
  expect(table([...rows, ['long', 'b']], 'lr')).toMatch(/^0 {5}a\n/);
});

it('puts each z that is not judged in brackets, below and above the digits of others', () => {
  const of = (quantity: string, z: number | null) => ({
    ...{ quantity, at: { z: 1 }, value: 1, se: 0.5, expected: 0, source: 'theory', z },
  });
  const [judged, other, none] = [of('mean', 2), of('variance', -50.125), of('lost', null)];
  const lines = (of: (typeof judged)[]) =>
    estimates([judged, other, none], new Set(of))
      .split('\n')
      .map((line) => line.slice(48));
  expect(lines([judged, none])).toEqual(['       z', '  +2.00', '(-50.13)', '']);
  expect(lines([judged, other, none])).toEqual(['     z', ' +2.00', '-50.13', '']);
});
