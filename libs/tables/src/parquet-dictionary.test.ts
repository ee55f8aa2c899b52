import { describe, expect, it } from 'vitest';
import { DictionaryBuilder, MAX_DICTIONARY_ENTRIES } from './parquet-dictionary.ts';

const rows = 40_000;
const builder = new DictionaryBuilder(rows);

/** The same by a Map of the values' bits. */
function bruteForce(words: Int32Array, stride: number): { indices: number[]; firsts: number[] } {
  const positions = new Map<string, number>();
  const firsts: number[] = [];
  const indices = Array.from({ length: words.length / stride }, (_, row) => {
    const key = `${words[row * stride]},${words[(row + 1) * stride - 1]}`;
    const position = positions.get(key) ?? firsts.push(row) - 1;
    positions.set(key, position);
    return position;
  });
  return { indices, firsts };
}

describe('DictionaryBuilder', () => {
  it.each([
    ['runs of equal words', 1, (row: number) => Math.floor(row / 100) % 7],
    ['a cycle of words', 1, (row: number) => (row % 1000) - 500],
    ['a cycle of double words', 2, (row: number) => Math.floor(row / 2) % 3001],
    ['double words that differ in one half', 2, (row: number) => (row % 2) * (row % 5)],
    ['multiples of the size of the table', 1, (row: number) => (row % 9000) << 15],
    ['words in a narrow range', 1, (row: number) => (Math.imul(row, row) % 16_384) - 8000],
    ['words in a range that is just too wide', 1, (row: number) => (row % 2) * 16_384],
    ['the least and the greatest word', 1, (row: number) => (row % 2 ? -(2 ** 31) : 2 ** 31 - 1)],
    ['as many as it can hold', 1, (row: number) => Math.imul(row % 16_384, 0x9e3779b1)],
  ] as const)('finds the dictionary of %s', (_, stride, word) => {
    const words = Int32Array.from({ length: rows }, (_, index) => word(index));
    const found = builder.build(words, stride, rows / stride, MAX_DICTIONARY_ENTRIES)!;
    const expected = bruteForce(words, stride);
    expect(found.firsts.join()).toBe(expected.firsts.join());
    expect(found.indices.join()).toBe(expected.indices.join());
  });

  it.each([
    ['half of which are one value', (row: number) => (row % 2) * Math.imul(row, 0x9e3779b1)],
    ['of which few repeat', (row: number) => Math.imul(row % 39_900, 0x9e3779b1)],
  ])('gives up on words %s', (_, word) => {
    const words = Int32Array.from({ length: rows }, (_word, row) => word(row));
    expect(builder.build(words, 1, rows, MAX_DICTIONARY_ENTRIES)).toBeUndefined();
  });

  it('gives up beyond the limit', () => {
    const words = Int32Array.from({ length: rows }, (_, row) => row % 101);
    expect(builder.build(words, 1, rows, 101)?.firsts).toHaveLength(101);
    expect(builder.build(words, 1, rows, 100)).toBeUndefined();
  });
});
