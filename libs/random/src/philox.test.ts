import { describe, expect, it } from 'vitest';
import { philox4x32, type Block, type Key } from './philox.ts';

/** The known answers of Random123 (tests/kat_vectors): rounds, counter, key, block. */
const knownAnswers = `
  7  00000000 00000000 00000000 00000000 00000000 00000000 5f6fb709 0d893f64 4f121f81 4f730a48
  7  ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff 5207ddc2 45165e59 4d8ee751 8c52f662
  7  243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0 4dfccaba 190a87f0 c47362ba b6b5242a
  10 00000000 00000000 00000000 00000000 00000000 00000000 6627e8d5 e169c58d bc57ac4c 9b00dbd8
  10 ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff 408f276d 41c83b0e a20bc7c6 6d5451fd
  10 243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0 d16cfe09 94fdcceb 5001e420 24126ea1`
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/));

const words = (text: string[]) => text.map((word) => parseInt(word, 16));

describe('philox4x32', () => {
  it.each(knownAnswers)('gives the known answer, %s rounds of %s %s %s %s', (rounds, ...rest) => {
    const counter = words(rest.slice(0, 4)) as unknown as Block;
    const key = words(rest.slice(4, 6)) as unknown as Key;
    expect(philox4x32(counter, key, Number(rounds))).toEqual(words(rest.slice(6)));
  });

  it('has ten rounds unless told otherwise', () => {
    expect(philox4x32([1, 2, 3, 4], [5, 6])).toEqual(philox4x32([1, 2, 3, 4], [5, 6], 10));
  });

  it('agrees with 64-bit integer arithmetic on any words', () => {
    const word = xorshift(2463534242);
    for (let i = 0; i < 2000; i++) {
      const counter: Block = [edge(word()), edge(word()), edge(word()), edge(word())];
      const key: Key = [edge(word()), edge(word())];
      expect(philox4x32(counter, key)).toEqual(bigPhilox(counter, key));
    }
  });
});

/** Philox4x32-10 as the paper writes it, in exact integers. */
function bigPhilox(counter: Block, key: Key): number[] {
  const mask = 0xffffffffn;
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * c0;
    const product1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [
      (product1 >> 32n) ^ c1 ^ k0,
      product1 & mask,
      (product0 >> 32n) ^ c3 ^ k1,
      product0 & mask,
    ];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}

/** One word in eight becomes an extreme one. */
function edge(word: number): number {
  const extremes = [0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
  return word % 8 === 0 ? extremes[(word >>> 3) % 8] : word;
}

/** Words from a generator of another family (Marsaglia, 2003). */
function xorshift(state: number): () => number {
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
