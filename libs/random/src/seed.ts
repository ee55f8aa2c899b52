import type { Key } from './philox.ts';

const LIMIT = 1n << 64n;

/**
 * The Philox key of a 64-bit seed: its low and its high word.
 *
 * @param seed an integer in [0, 2^64): a number up to 2^53 - 1, a bigint, or decimal or 0x text.
 * @throws RangeError when it is none of these.
 */
export function seedKey(seed: number | bigint | string): Key {
  const value = toBigInt(seed);
  if (value === undefined || value < 0n || value >= LIMIT) {
    throw new RangeError(
      `a seed is an integer from 0 to 2^64 - 1 (above 2^53 - 1 in quotes), not ${String(seed)}`,
    );
  }
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}

function toBigInt(seed: number | bigint | string): bigint | undefined {
  if (typeof seed === 'bigint') return seed;
  if (typeof seed === 'number') return Number.isSafeInteger(seed) ? BigInt(seed) : undefined;
  return /^(\d+|0x[0-9a-f]+)$/i.test(seed) ? BigInt(seed) : undefined;
}
