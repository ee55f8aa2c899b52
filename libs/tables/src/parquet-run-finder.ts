/** Columns with fewer rows a run are as well taken row by row. */
const LEAST_MEAN_LENGTH = 8;

/** Finds the runs of equal values in a column chunk. */
export class RunFinder {
  readonly #starts: Int32Array;

  constructor(maxRows: number) {
    this.#starts = new Int32Array(Math.ceil(maxRows / LEAST_MEAN_LENGTH) + 1);
  }

  /**
   * The first row of each run, and at last the count of rows, valid until the next call; undefined
   * if runs are shorter than eight rows on average.
   *
   * @param words the bits of the values, `stride` words a value.
   */
  ofWords(words: Int32Array, stride: 1 | 2, rows: number): Int32Array | undefined {
    const starts = this.#starts;
    const most = Math.floor(rows / LEAST_MEAN_LENGTH);
    let runs = 0;
    for (let row = 0; row < rows;) {
      if (runs === most) return undefined;
      starts[runs++] = row;
      row = stride === 1 ? endOfRun(words, row, rows) : endOfDoubleRun(words, row, rows);
    }
    return this.#ended(runs, rows);
  }

  /** The same for bytes. */
  ofBytes(bytes: Uint8Array): Int32Array | undefined {
    const starts = this.#starts;
    const rows = bytes.length;
    const most = Math.floor(rows / LEAST_MEAN_LENGTH);
    const view = new DataView(bytes.buffer, bytes.byteOffset, rows);
    let runs = 0;
    for (let row = 0; row < rows;) {
      if (runs === most) return undefined;
      starts[runs++] = row;
      const byte = bytes[row];
      const four = Math.imul(byte, 0x01010101);
      while (row + 4 <= rows && view.getInt32(row) === four) row += 4;
      while (row < rows && bytes[row] === byte) row++;
    }
    return this.#ended(runs, rows);
  }

  #ended(runs: number, rows: number): Int32Array {
    this.#starts[runs] = rows;
    return this.#starts.subarray(0, runs + 1);
  }
}

function endOfRun(words: Int32Array, row: number, rows: number): number {
  const word = words[row];
  let end = row + 1;
  while (end < rows && words[end] === word) end++;
  return end;
}

function endOfDoubleRun(words: Int32Array, row: number, rows: number): number {
  const low = words[2 * row];
  const high = words[2 * row + 1];
  let at = 2 * row + 2;
  while (at < 2 * rows && words[at] === low && words[at + 1] === high) at += 2;
  return at / 2;
}
