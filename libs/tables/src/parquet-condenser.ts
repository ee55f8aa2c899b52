import type { ColumnArray } from './batch.ts';
import { repeatsAfter, RunFinder } from './parquet-run-finder.ts';

/** How the rows of a column chunk have the values of a shorter list. */
export type Repeats =
  | { readonly kind: 'none' }
  /** The value `i` stands in the rows from `starts[i]` to before `starts[i + 1]`. */
  | { readonly kind: 'runs'; readonly starts: Int32Array }
  /** The row `r` has the value `r % count`, where `count` is the length of the list. */
  | { readonly kind: 'cycle' };

/** A column chunk without what repeats. */
export interface Condensed {
  /** The bits of the values, `stride` words each; of narrower types, the values. */
  readonly words: Int32Array;
  readonly stride: 1 | 2;
  readonly count: number;
  readonly repeats: Repeats;
}

/** Longer cycles are as well taken row by row. */
const MOST_CYCLE = 1 << 14;

const none: Repeats = { kind: 'none' };
const cycle: Repeats = { kind: 'cycle' };

/**
 * Takes column chunks together to the values that make them up. In long tables, keys are constant,
 * sorted or run through the same values again and again, so what is left is short.
 */
export class Condenser {
  readonly #runs: RunFinder;
  readonly #words: Int32Array;

  constructor(maxRows: number) {
    this.#runs = new RunFinder(maxRows);
    this.#words = new Int32Array(maxRows);
  }

  /** Valid until the next call. */
  condense(values: Exclude<ColumnArray, string[]>): Condensed {
    const { length, byteLength } = values;
    const width = values.BYTES_PER_ELEMENT as 1 | 2 | 4 | 8;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, byteLength);
    const stride = width === 8 ? 2 : 1;
    const starts = this.#runs.find(bytes, width);
    if (starts) {
      const rows = starts.subarray(0, -1);
      const words = narrow(values)
        ? this.#pick(values, rows)
        : gather(wordsOf(values), stride, rows);
      return { words, stride, count: rows.length, repeats: { kind: 'runs', starts } };
    }
    const period = periodOf(values, bytes);
    const count = period ?? length;
    const words = narrow(values) ? this.#widen(values, count) : wordsOf(values);
    return {
      words: words.subarray(0, count * stride),
      stride,
      count,
      repeats: period === undefined ? none : cycle,
    };
  }

  #pick(values: Int16Array | Uint8Array, rows: Int32Array): Int32Array {
    const words = this.#words.subarray(0, rows.length);
    for (let index = 0; index < rows.length; index++) words[index] = values[rows[index]];
    return words;
  }

  #widen(values: Int16Array | Uint8Array, count: number): Int32Array {
    this.#words.set(values.subarray(0, count));
    return this.#words;
  }
}

/** The words of some of the values, `stride` words each. */
export function gather(
  words: Int32Array,
  stride: 1 | 2,
  rows: Int32Array,
): Int32Array<ArrayBuffer> {
  const gathered = new Int32Array(rows.length * stride);
  for (let index = 0; index < rows.length; index++) {
    gathered[index * stride] = words[rows[index] * stride];
    gathered[index * stride + stride - 1] = words[rows[index] * stride + stride - 1];
  }
  return gathered;
}

function narrow(values: Exclude<ColumnArray, string[]>): values is Int16Array | Uint8Array {
  return values.BYTES_PER_ELEMENT < 4;
}

function wordsOf({ buffer, byteOffset, byteLength }: Exclude<ColumnArray, string[]>): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

/**
 * After how many rows all values come again, at least twice, if that is when the first one does.
 */
function periodOf(values: Exclude<ColumnArray, string[]>, bytes: Uint8Array): number | undefined {
  const most = Math.min(MOST_CYCLE, values.length >> 1);
  const head = values.subarray(1, most + 1);
  const period = 1 + (head as Float64Array).indexOf(values[0] as number);
  return period > 0 && repeatsAfter(bytes, period * values.BYTES_PER_ELEMENT) ? period : undefined;
}
