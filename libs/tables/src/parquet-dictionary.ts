/** The different values of a column chunk, in the order in which they first occur. */
export interface Dictionary {
  /** For every row, the position of its value in `firstRows`. */
  readonly indices: Int32Array;
  /** The first row of each different value. */
  readonly firstRows: Int32Array;
}

/** Twice the entries at least, so that a probe of the table ends soon. */
const TABLE_BITS = 15;

/** The most entries that a dictionary can have. */
export const MAX_DICTIONARY_ENTRIES = 1 << (TABLE_BITS - 1);

/**
 * Finds the dictionaries of fixed-width columns by the bits of their values, so that NaN and -0
 * are values as others are. Runs of one value, the rule in sorted key columns, cost a comparison
 * a row.
 */
export class DictionaryBuilder {
  /** An open-addressing hash table of entries, each one more than its position; 0 is empty. */
  readonly #table = new Uint16Array(1 << TABLE_BITS);
  readonly #firstRows = new Int32Array(MAX_DICTIONARY_ENTRIES);
  readonly #indices: Int32Array;

  constructor(maxRows: number) {
    this.#indices = new Int32Array(maxRows);
  }

  /**
   * The dictionary of `rows` values, or undefined if they have more than `limit` different ones
   * (at most {@link MAX_DICTIONARY_ENTRIES}). It is valid until the next call.
   *
   * @param words the bits of the values, `stride` words a value
   */
  build(words: Int32Array, stride: 1 | 2, rows: number, limit: number): Dictionary | undefined {
    const table = this.#table.fill(0);
    const firstRows = this.#firstRows;
    const indices = this.#indices;
    const mask = table.length - 1;
    let entries = 0;
    let entry = 0;
    let low = 0;
    let high = 0;
    for (let row = 0; row < rows; row++) {
      const first = words[row * stride];
      const last = words[row * stride + stride - 1];
      if (first !== low || last !== high || row === 0) {
        low = first;
        high = last;
        let slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> (32 - TABLE_BITS);
        for (entry = table[slot]!; entry !== 0; entry = table[slot]!) {
          const other = firstRows[entry - 1] * stride;
          if (words[other] === low && words[other + stride - 1] === high) break;
          slot = (slot + 1) & mask;
        }
        if (entry === 0) {
          if (entries === limit) return undefined;
          firstRows[entries] = row;
          entries += 1;
          table[slot] = entry = entries;
        }
      }
      indices[row] = entry - 1;
    }
    return { indices: indices.subarray(0, rows), firstRows: firstRows.subarray(0, entries) };
  }
}
