import { snappyCompress } from 'hyparquet-writer/src/snappy.js';

/** Where bytes are those that stand `period` bytes before. */
export interface ByteCycle {
  /** Where the first cycle starts. */
  readonly start: number;
  readonly period: number;
  readonly end: number;
}

/** How far back a copy of three bytes reaches, and how much it copies at most. */
const MOST_OFFSET = 0xffff;
const MOST_COPIED = 64;

/** The most bytes that the length and two literals take beside what they hold. */
const MOST_OVERHEAD = 15;

/**
 * The bytes in the format of Snappy ("format_description.txt" of its sources), by their cycle if it
 * is known: the library's search for it takes thirty times as long.
 */
export function snappy(bytes: Uint8Array, cycle?: ByteCycle): Uint8Array {
  if (!cycle || cycle.period > MOST_OFFSET) return snappyCompress(bytes);
  const repeated = cycle.start + cycle.period;
  const copies = Math.ceil((cycle.end - repeated) / MOST_COPIED);
  const capacity = bytes.length - (cycle.end - repeated) + 3 * copies + MOST_OVERHEAD;
  return new SnappyStream(bytes.length, capacity)
    .literal(bytes.subarray(0, repeated))
    .copies(cycle.period, cycle.end - repeated)
    .literal(bytes.subarray(cycle.end))
    .end();
}

/** Writes the elements of a stream from front to back. */
class SnappyStream {
  readonly #bytes: Uint8Array;
  #end = 0;

  /** @param length of what the stream stands for. */
  constructor(length: number, capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    let rest = length;
    for (; rest >= 0x80; rest >>>= 7) this.#put((rest & 0x7f) | 0x80);
    this.#put(rest);
  }

  literal(bytes: Uint8Array): this {
    if (bytes.length === 0) return this;
    // In the upper six bits, 63 says that the length less one follows in four bytes.
    this.#put(63 << 2);
    for (let shift = 0; shift < 32; shift += 8) this.#put((bytes.length - 1) >>> shift);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
    return this;
  }

  /** So many bytes as stand `offset` before each. */
  copies(offset: number, length: number): this {
    for (let rest = length; rest > 0; rest -= MOST_COPIED) {
      this.#put(((Math.min(rest, MOST_COPIED) - 1) << 2) | 2);
      this.#put(offset);
      this.#put(offset >>> 8);
    }
    return this;
  }

  end(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  #put(byte: number): void {
    this.#bytes[this.#end++] = byte;
  }
}
