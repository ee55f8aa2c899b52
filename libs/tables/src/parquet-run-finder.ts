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
   * @param bytes the values, `width` bytes each, at a multiple of that in memory.
   */
  find(bytes: Uint8Array, width: 1 | 2 | 4 | 8): Int32Array | undefined {
    const { buffer, byteOffset, length } = bytes;
    const rows = length / width;
    if (rows >= LEAST_MEAN_LENGTH && repeatsAfter(bytes, width)) {
      this.#starts[0] = 0;
      return this.#ended(1, rows);
    }
    switch (width) {
      case 1:
        return this.#ofNarrow(bytes, 0x01010101);
      case 2:
        return this.#ofNarrow(new Uint16Array(buffer, byteOffset, rows), 0x00010001);
      case 4:
        return this.#ofWords(new Int32Array(buffer, byteOffset, rows), endOfRun, rows);
      case 8:
        return this.#ofWords(new Int32Array(buffer, byteOffset, 2 * rows), endOfDoubleRun, rows);
    }
  }

  /** @param ones what makes a word of copies of a value by multiplication. */
  #ofNarrow(values: Uint8Array | Uint16Array, ones: number): Int32Array | undefined {
    const starts = this.#starts;
    const { buffer, byteOffset, byteLength, length: rows, BYTES_PER_ELEMENT: width } = values;
    const most = Math.floor(rows / LEAST_MEAN_LENGTH);
    const step = 4 / width;
    const shift = (byteOffset % 4) / width;
    const words = new Int32Array(
      buffer,
      byteOffset - shift * width,
      (byteLength + shift * width) >> 2,
    );
    let runs = 0;
    for (let row = 0; row < rows;) {
      if (runs === most) return undefined;
      starts[runs++] = row;
      const value = values[row];
      const word = Math.imul(value, ones);
      while (row < rows && (row + shift) % step > 0 && values[row] === value) row++;
      if ((row + shift) % step === 0) {
        row = endOfEqual(words, (row + shift) / step, words.length, word) * step - shift;
      }
      while (row < rows && values[row] === value) row++;
    }
    return this.#ended(runs, rows);
  }

  #ofWords(words: Int32Array, end: typeof endOfRun, rows: number): Int32Array | undefined {
    const starts = this.#starts;
    const most = Math.floor(rows / LEAST_MEAN_LENGTH);
    let runs = 0;
    for (let row = 0; row < rows;) {
      if (runs === most) return undefined;
      starts[runs++] = row;
      row = end(words, row, rows);
    }
    return this.#ended(runs, rows);
  }

  #ended(runs: number, rows: number): Int32Array {
    this.#starts[runs] = rows;
    return this.#starts.subarray(0, runs + 1);
  }
}

/** Whether all bytes from `shift` on are those that stand `shift` bytes before. */
export function repeatsAfter(bytes: Uint8Array, shift: number): boolean {
  return Buffer.compare(bytes.subarray(shift), bytes.subarray(0, bytes.length - shift)) === 0;
}

/** Where the run of equal values ends that starts in `row`. */
export function endOfRun(values: Int32Array, row: number, rows: number): number {
  return endOfEqual(values, row + 1, rows, values[row]);
}

/** The first position from `start` on whose word is another one, or else `end`. */
function endOfEqual(words: Int32Array, start: number, end: number, word: number): number {
  let at = start;
  // Four at a time are half the work of one at a time.
  while (
    at + 4 <= end &&
    ((words[at] ^ word) |
      (words[at + 1] ^ word) |
      (words[at + 2] ^ word) |
      (words[at + 3] ^ word)) ===
      0
  ) {
    at += 4;
  }
  while (at < end && words[at] === word) at++;
  return at;
}

function endOfDoubleRun(words: Int32Array, row: number, rows: number): number {
  const low = words[2 * row];
  const high = words[2 * row + 1];
  let at = 2 * row + 2;
  while (
    at + 4 <= 2 * rows &&
    ((words[at] ^ low) |
      (words[at + 1] ^ high) |
      (words[at + 2] ^ low) |
      (words[at + 3] ^ high)) ===
      0
  ) {
    at += 4;
  }
  while (at < 2 * rows && words[at] === low && words[at + 1] === high) at += 2;
  return at / 2;
}
