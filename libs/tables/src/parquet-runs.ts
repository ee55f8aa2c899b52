import type { Repeats } from './parquet-condenser.ts';
import { endOfRun } from './parquet-run-finder.ts';
import type { ByteCycle } from './parquet-snappy.ts';

/** Shorter runs are packed as they are. */
const LEAST_RUN = 8;

/** The most bytes that a run or a group of eight values takes beside the bits of the values. */
const MOST_OVERHEAD = 16;

export interface RunEncoding {
  /** Of a value, 0 to 24. */
  readonly bits: number;
  /** Of the column. */
  readonly rows: number;
  /** How the rows have the values. */
  readonly repeats: Repeats;
  /** How many bytes to leave free before the encoding. */
  readonly prefix?: number;
}

export interface EncodedRuns {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Which of the bytes come again and again, if that is known. */
  readonly cycle: ByteCycle | undefined;
}

/**
 * Encodes small integers in Parquet's hybrid of run lengths and bit packing (RLE): a run of eight
 * or more equal values is a count and the value, anything else is packed in groups of eight values.
 * See "Run Length Encoding / Bit-Packing Hybrid" in the format's Encodings.md.
 */
export class RunEncoder {
  #rows = new Int32Array(0);
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  /** Valid until the next call. */
  encode(values: Int32Array, { bits, rows, repeats, prefix = 0 }: RunEncoding): EncodedRuns {
    this.#allocate(rows, prefix + (Math.ceil(rows / 8) + 1) * (bits + MOST_OVERHEAD));
    this.#end = prefix;
    let cycle: ByteCycle | undefined;
    if (repeats.kind === 'runs') {
      this.#encodeRuns(values, repeats.starts, bits);
    } else if (repeats.kind === 'cycle') {
      cycle = this.#encodeCycle(values, rows, bits);
    } else {
      this.#encodeRows(values, bits);
    }
    return { bytes: this.#bytes.subarray(0, this.#end), cycle };
  }

  #allocate(rows: number, capacity: number): void {
    if (this.#rows.length < rows) this.#rows = new Int32Array(rows);
    if (this.#bytes.length >= capacity) return;
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #encodeRows(values: Int32Array, bits: number): void {
    const rows = values.length;
    let packed = 0;
    for (let row = 0; row < rows;) {
      const end = endOfRun(values, row, rows);
      if (end - row < LEAST_RUN) {
        row += 8;
        continue;
      }
      this.#pack(values, packed, row, bits);
      this.#writeRun(values[row], end - row, bits);
      packed = row = end;
    }
    this.#pack(values, packed, rows, bits);
  }

  #encodeRuns(values: Int32Array, starts: Int32Array, bits: number): void {
    const expanded = this.#rows;
    let packed = 0;
    let row = 0;
    for (let run = 0; run < values.length; run++) {
      const end = starts[run + 1];
      while (row < end) {
        if (end - row < LEAST_RUN) {
          row += 8;
          continue;
        }
        expanded.fill(values[run], starts[run], row);
        this.#pack(expanded, packed, row, bits);
        this.#writeRun(values[run], end - row, bits);
        packed = row = end;
      }
      if (packed < end) expanded.fill(values[run], starts[run], end);
    }
    this.#pack(expanded, packed, starts[values.length], bits);
  }

  /** Whole groups take up as many bytes as they have bits a value, so eight cycles are a pattern. */
  #encodeCycle(values: Int32Array, rows: number, bits: number): ByteCycle | undefined {
    const period = values.length;
    const expanded = this.#rows.subarray(0, rows);
    const known = Math.min(8 * period, rows);
    tile(expanded.subarray(0, known), values);
    if (rows < 16 * period || hasRun(expanded.subarray(0, 2 * period))) {
      tile(expanded, values);
      this.#encodeRows(expanded, bits);
      return undefined;
    }
    const whole = rows >> 3;
    const start = this.#writeGroups(rows);
    const end = start + whole * bits;
    this.#packGroups(expanded, 0, known, bits);
    tile(this.#bytes.subarray(start, end), this.#bytes.subarray(start, this.#end));
    this.#end = end;
    const rest = rows & 7;
    for (let row = 0; row < rest; row++) expanded[row] = values[(8 * whole + row) % period];
    this.#packGroups(expanded, 0, rest, bits);
    return { start, period: period * bits, end };
  }

  #writeRun(value: number, count: number, bits: number): void {
    this.#writeVarint(count * 2);
    for (let shift = 0; shift < bits; shift += 8) {
      this.#bytes[this.#end++] = value >>> shift;
    }
  }

  /** Packs the values from `start` to before `end`; there may be none. */
  #pack(values: Int32Array, start: number, end: number, bits: number): void {
    if (start === end) return;
    this.#writeGroups(end - start);
    this.#packGroups(values, start, end, bits);
  }

  /** Announces packed values; returns where they are to begin. */
  #writeGroups(count: number): number {
    this.#writeVarint(Math.ceil(count / 8) * 2 + 1);
    return this.#end;
  }

  /** In whole groups: the last ends with zeros. */
  #packGroups(values: Int32Array, start: number, end: number, bits: number): void {
    const view = this.#view;
    let at = this.#end;
    this.#end += Math.ceil((end - start) / 8) * bits;
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

/** Whether a run of at least eight values starts anywhere. */
function hasRun(values: Int32Array): boolean {
  for (let row = 0; row < values.length;) {
    const end = endOfRun(values, row, values.length);
    if (end - row >= LEAST_RUN) return true;
    row = end;
  }
  return false;
}

/** Fills an array with copies of the pattern, which may be its own beginning; the last may be cut. */
function tile(array: Int32Array | Uint8Array, pattern: Int32Array | Uint8Array): void {
  array.set(pattern.subarray(0, array.length));
  for (let filled = pattern.length; filled < array.length; filled *= 2) {
    array.copyWithin(filled, 0, filled);
  }
}
