import { describe, expect, it } from 'vitest';
import { seedKey } from './seed.ts';

describe('seedKey', () => {
  it.each<[string, number | bigint | string, [number, number]]>([
    ['zero', 0, [0, 0]],
    ['minus zero', -0, [0, 0]],
    ['one word', 0xffffffff, [0xffffffff, 0]],
    ['the first of two words', 2 ** 32, [0, 1]],
    ['the largest safe number', 2 ** 53 - 1, [0xffffffff, 0x1fffff]],
    ['a bigint', 2n ** 53n, [0, 0x200000]],
    ['the largest bigint', 2n ** 64n - 1n, [0xffffffff, 0xffffffff]],
    ['decimal text', '42', [42, 0]],
    ['text with leading zeros', '0042', [42, 0]],
    ['the largest decimal text', '18446744073709551615', [0xffffffff, 0xffffffff]],
    ['hexadecimal text', '0x0123456789abcdef', [0x89abcdef, 0x01234567]],
    ['hexadecimal text in capitals', '0XABCDEF', [0xabcdef, 0]],
  ])('takes %s', (_, seed, key) => {
    expect(seedKey(seed)).toEqual(key);
  });

  it.each<[number | bigint | string]>([
    [2 ** 53],
    [-1],
    [1.5],
    [NaN],
    [Infinity],
    [-1n],
    [2n ** 64n],
    ['18446744073709551616'],
    ['0x10000000000000000'],
    ['-1'],
    ['1.5'],
    ['1e3'],
    ['abc'],
    ['0x'],
    ['0b11'],
    [''],
    [' 7'],
    ['7\n'],
  ])('refuses %s', (seed) => {
    expect(() => seedKey(seed)).toThrow(RangeError);
    expect(() => seedKey(seed)).toThrow(`not ${String(seed)}`);
  });
});
