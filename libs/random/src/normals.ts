import { philox4x32 } from './philox.ts';
import { counter, type StreamPosition } from './streams.ts';

/** Lanes of a SIMD vector: as many blocks are drawn side by side. */
const LANES = 4;
/** Words of a block, each of which becomes a normal. */
const WORDS = 4;

/**
 * The independent N(0, 1) numbers of a stream, in f64: the definition that the sampler's SIMD
 * kernel follows in f32.
 *
 * Normal number 16 g + 4 w + l comes from word w of block 4 g + l. Words (0, 1) and (2, 3) of a
 * block are the (u, v) of a Box-Muller pair: r^2 = -2 log((floor(u / 2) + 1/2) / 2^31), so
 * |r| <= 6.66, and an angle that v divides evenly around the circle.
 *
 * @returns the first `count` normals.
 */
export function normals(position: StreamPosition, count: number): Float64Array {
  const out = new Float64Array(count);
  for (let block = 0; ; block++) {
    const start = Math.floor(block / LANES) * LANES * WORDS;
    if (start >= count) return out;
    const first = start + (block % LANES);
    const words = philox4x32(counter(position, block), position.key);
    for (let word = 0; word < WORDS; word += 2) {
      const [x, y] = boxMuller(words[word], words[word + 1]);
      if (first + LANES * word < count) out[first + LANES * word] = x;
      if (first + LANES * (word + 1) < count) out[first + LANES * (word + 1)] = y;
    }
  }
}

/** Two independent N(0, 1) from two 32-bit words (Box & Muller, 1958). */
export function boxMuller(u: number, v: number): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log(((u >>> 1) + 0.5) / 2 ** 31));
  const side = v >>> 31 ? -1 : 1;
  const angle = ((v << 1) * Math.PI) / 2 ** 32;
  return [side * radius * Math.cos(angle), side * radius * Math.sin(angle)];
}
