import { RunFinder } from './parquet-run-finder.ts';

/** The different values of a column chunk, in the order in which they first occur. */
export interface Dictionary {
  /** For every row, the position of its value in `firstRows`. */
  readonly indices: Int32Array;
  /** The first row of each different value. */
  readonly firstRows: Int32Array;
  /** Where the runs of equal values start, and where the last ends, if runs are long. */
  readonly runs: Int32Array | undefined;
}

/** Twice the entries at least, so that a probe of the table ends soon. */
const TABLE_BITS = 15;

/** The most entries that a dictionary can have. */
export const MAX_DICTIONARY_ENTRIES = 1 << (TABLE_BITS - 1);

/** Words in a range below this need no hash table. */
const POSITIONS = 1 << 14;

/**
 * Finds the dictionaries of fixed-width columns by the bits of their values, so that NaN and -0
 * are values as others are. Of long runs of one value, the rule in sorted key columns, only the
 * first is looked up.
 */
export class DictionaryBuilder {
  /** An open-addressing hash table of entries, each one more than its position; 0 is empty. */
  readonly #table = new Uint16Array(1 << TABLE_BITS);
  /** The entries of words by their distance from the least, as in the table. */
  readonly #entryAt = new Uint16Array(POSITIONS);
  readonly #firstRows = new Int32Array(MAX_DICTIONARY_ENTRIES);
  readonly #indices: Int32Array;
  readonly #wide: Int32Array;
  readonly #runs: RunFinder;

  constructor(maxRows: number) {
    this.#indices = new Int32Array(maxRows);
    this.#wide = new Int32Array(maxRows);
    this.#runs = new RunFinder(maxRows);
  }

  /** The values as words, valid until the next call; quicker where their runs are known. */
  widen(values: Int16Array | Uint8Array, runs?: Int32Array): Int32Array {
    const wide = this.#wide.subarray(0, values.length);
    if (!runs) wide.set(values);
    else {
      for (let run = 0; run < runs.length - 1; run++) {
        wide.fill(values[runs[run]], runs[run], runs[run + 1]);
      }
    }
    return wide;
  }

  /** The runs of a column of bytes, as {@link RunFinder} finds them; valid until the next call. */
  runsOf(bytes: Uint8Array): Int32Array | undefined {
    return this.#runs.ofBytes(bytes);
  }

  /**
   * The dictionary of `rows` values, or undefined if they have more than `limit` different ones
   * (at most {@link MAX_DICTIONARY_ENTRIES}). It is valid until the next call.
   *
   * @param words the bits of the values, `stride` words a value
   */
  build(words: Int32Array, stride: 1 | 2, rows: number, limit: number): Dictionary | undefined {
    const runs = this.#runs.ofWords(words, stride, rows);
    const least = runs || stride === 2 ? undefined : leastOfNarrowRange(words, rows);
    const entries =
      least === undefined
        ? this.#enterByHash(words, stride, runs, rows, limit)
        : this.#enterByPosition(words, least, rows, limit);
    return entries === undefined
      ? undefined
      : {
          indices: this.#indices.subarray(0, rows),
          firstRows: this.#firstRows.subarray(0, entries),
          runs,
        };
  }

  /** Enters words from `least` to below `least + POSITIONS`; returns how many differ. */
  #enterByPosition(
    words: Int32Array,
    least: number,
    rows: number,
    limit: number,
  ): number | undefined {
    const entryAt = this.#entryAt.fill(0);
    const firstRows = this.#firstRows;
    const indices = this.#indices;
    let entries = 0;
    for (let row = 0; row < rows; row++) {
      const position = words[row] - least;
      let entry = entryAt[position];
      if (entry === 0) {
        if (entries === limit) return undefined;
        firstRows[entries] = row;
        entries += 1;
        entryAt[position] = entry = entries;
      }
      indices[row] = entry - 1;
    }
    return entries;
  }

  /** Enters the values of all runs, or of all rows; returns how many differ. */
  #enterByHash(
    words: Int32Array,
    stride: 1 | 2,
    runs: Int32Array | undefined,
    rows: number,
    limit: number,
  ): number | undefined {
    const table = this.#table.fill(0);
    const firstRows = this.#firstRows;
    const indices = this.#indices;
    const mask = table.length - 1;
    const count = runs ? runs.length - 1 : rows;
    let entries = 0;
    for (let run = 0; run < count; run++) {
      const row = runs ? runs[run] : run;
      const low = words[row * stride];
      const high = words[row * stride + stride - 1];
      let slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> (32 - TABLE_BITS);
      let entry = table[slot];
      while (entry !== 0) {
        const other = firstRows[entry - 1] * stride;
        if (words[other] === low && words[other + stride - 1] === high) break;
        slot = (slot + 1) & mask;
        entry = table[slot]!;
      }
      if (entry === 0) {
        if (entries === limit) return undefined;
        firstRows[entries] = row;
        entries += 1;
        table[slot] = entry = entries;
      }
      if (runs) indices.fill(entry - 1, row, runs[run + 1]);
      else indices[row] = entry - 1;
    }
    return entries;
  }
}

/** The least word, if there is one and all are closer to each other than `POSITIONS`. */
function leastOfNarrowRange(words: Int32Array, rows: number): number | undefined {
  let least = words[0];
  let most = least;
  for (let row = 0; row < rows; row++) {
    const word = words[row];
    if (word < least) least = word;
    else if (word > most) most = word;
    else continue;
    if (most - least >= POSITIONS) return undefined;
  }
  return rows > 0 ? least : undefined;
}
