/** Shorter runs are packed as they are. */
const LEAST_RUN = 8;

/** The most bytes that a run or a group of eight values takes beside the bits of the values. */
const MOST_OVERHEAD = 16;

export interface RunEncoding {
  /** Of a value, 0 to 24. */
  readonly bits: number;
  /** How many bytes to leave free before the encoding. */
  readonly prefix?: number;
  /** Where the runs of equal values start, and where the last ends, if that is known. */
  readonly runs?: Int32Array | undefined;
}

/**
 * Encodes small integers in Parquet's hybrid of run lengths and bit packing (RLE): a run of eight
 * or more equal values is a count and the value, anything else is packed in groups of eight values.
 * See "Run Length Encoding / Bit-Packing Hybrid" in the format's Encodings.md.
 */
export class RunEncoder {
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  /** @returns the bytes, valid until the next call. */
  encode(values: Int32Array, { bits, prefix = 0, runs }: RunEncoding): Uint8Array<ArrayBuffer> {
    const rows = values.length;
    this.#allocate(prefix + (Math.ceil(rows / 8) + 1) * (bits + MOST_OVERHEAD));
    this.#end = prefix;
    let packed = 0;
    let run = 0;
    for (let row = 0; row < rows;) {
      while (runs && runs[run + 1] <= row) run++;
      const end = runs ? runs[run + 1] : endOfRun(values, row, rows);
      if (end - row < LEAST_RUN) {
        row += 8;
        continue;
      }
      this.#pack(values, packed, row, bits);
      this.#writeRun(values[row], end - row, bits);
      packed = row = end;
    }
    this.#pack(values, packed, rows, bits);
    return this.#bytes.subarray(0, this.#end);
  }

  #allocate(capacity: number): void {
    if (this.#bytes.length >= capacity) return;
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #writeRun(value: number, count: number, bits: number): void {
    this.#writeVarint(count * 2);
    for (let shift = 0; shift < bits; shift += 8) {
      this.#bytes[this.#end++] = value >>> shift;
    }
  }

  /** Packs the values from `start` to before `end` in whole groups; there may be none. */
  #pack(values: Int32Array, start: number, end: number, bits: number): void {
    if (start === end) return;
    const groups = Math.ceil((end - start) / 8);
    this.#writeVarint(groups * 2 + 1);
    const view = this.#view;
    let at = this.#end;
    this.#end += groups * bits;
    let word = 0;
    let used = 0;
    for (let row = start; row < end; row++) {
      const value = values[row];
      word |= value << used;
      used += bits;
      if (used >= 32) {
        view.setInt32(at, word, true);
        at += 4;
        used -= 32;
        word = used > 0 ? value >>> (bits - used) : 0;
      }
    }
    // The last group ends with zeros.
    for (; at < this.#end; word >>>= 8) view.setUint8(at++, word);
  }

  #writeVarint(value: number): void {
    while (value >= 0x80) {
      this.#bytes[this.#end++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    this.#bytes[this.#end++] = value;
  }
}

function endOfRun(values: Int32Array, row: number, rows: number): number {
  const value = values[row];
  let end = row + 1;
  while (end < rows && values[end] === value) end++;
  return end;
}
