/** The different values of a list, in the order in which they first occur. */
export interface Dictionary {
  /** For every value, its position in `firsts`. */
  readonly indices: Int32Array;
  /** Where each different value stands first. */
  readonly firsts: Int32Array;
}

/** Twice the entries at least, so that a probe of the table ends soon. */
const TABLE_BITS = 15;

/** The most entries that a dictionary can have. */
export const MAX_DICTIONARY_ENTRIES = 1 << (TABLE_BITS - 1);

/** Words in a range below this need no hash table. */
const POSITIONS = 1 << 14;

/** Of longer lists, so many values are looked at first. */
const SAMPLE = 1024;

/**
 * The least pairs of equal values in a sample that is worth a search. Values of which no more
 * differ than a dictionary can hold have SAMPLE^2 / 2 MAX_DICTIONARY_ENTRIES = 32 pairs or more on
 * average.
 */
const LEAST_PAIRS = 8;

/**
 * Finds the dictionaries of fixed-width values by their bits, so that NaN and -0 are values as
 * others are.
 */
export class DictionaryBuilder {
  /** An open-addressing hash table of entries, each one more than its position; 0 is empty. */
  readonly #table = new Uint16Array(1 << TABLE_BITS);
  /** The entries of words by their distance from the least, as in the table. */
  readonly #entryAt = new Uint16Array(POSITIONS);
  readonly #firsts = new Int32Array(MAX_DICTIONARY_ENTRIES);
  readonly #indices: Int32Array;

  constructor(maxCount: number) {
    this.#indices = new Int32Array(maxCount);
  }

  /**
   * The dictionary of `count` values, or undefined if they have more than `limit` different ones
   * (at most {@link MAX_DICTIONARY_ENTRIES}), or if those seem not to repeat. It is valid until the
   * next call.
   *
   * @param words the bits of the values, `stride` words a value
   */
  build(words: Int32Array, stride: 1 | 2, count: number, limit: number): Dictionary | undefined {
    const least = stride === 2 ? undefined : leastOfNarrowRange(words, count);
    if (least === undefined && !this.#repeats(words, stride, count)) return undefined;
    const entries =
      least === undefined
        ? this.#enterByHash(words, stride, count, limit)
        : this.#enterByPosition(words, least, count, limit);
    return entries === undefined
      ? undefined
      : {
          indices: this.#indices.subarray(0, count),
          firsts: this.#firsts.subarray(0, entries),
        };
  }

  /** Enters words from `least` to below `least + POSITIONS`; returns how many differ. */
  #enterByPosition(
    words: Int32Array,
    least: number,
    count: number,
    limit: number,
  ): number | undefined {
    const entryAt = this.#entryAt.fill(0);
    const firsts = this.#firsts;
    const indices = this.#indices;
    let entries = 0;
    for (let index = 0; index < count; index++) {
      const position = words[index] - least;
      let entry = entryAt[position];
      if (entry === 0) {
        if (entries === limit) return undefined;
        firsts[entries] = index;
        entries += 1;
        entryAt[position] = entry = entries;
      }
      indices[index] = entry - 1;
    }
    return entries;
  }

  /** Enters the values; returns how many differ. */
  #enterByHash(words: Int32Array, stride: 1 | 2, count: number, limit: number): number | undefined {
    const firsts = this.#firsts;
    const indices = this.#indices;
    this.#table.fill(0);
    let entries = 0;
    for (let index = 0; index < count; index++) {
      const slot = this.#slotOf(words, stride, index);
      let entry = this.#table[slot];
      if (entry === 0) {
        if (entries === limit) return undefined;
        firsts[entries] = index;
        entries += 1;
        this.#table[slot] = entry = entries;
      }
      indices[index] = entry - 1;
    }
    return entries;
  }

  /** Where the table has the value, or has room for it. */
  #slotOf(words: Int32Array, stride: 1 | 2, index: number): number {
    const table = this.#table;
    const firsts = this.#firsts;
    const mask = table.length - 1;
    const low = words[index * stride];
    const high = words[index * stride + stride - 1];
    let slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> (32 - TABLE_BITS);
    for (let entry = table[slot]; entry !== 0; entry = table[slot]) {
      const other = firsts[entry - 1] * stride;
      if (words[other] === low && words[other + stride - 1] === high) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Whether enough of a sample's values are equal that the list may have a dictionary. */
  #repeats(words: Int32Array, stride: 1 | 2, count: number): boolean {
    if (count < 16 * SAMPLE) return true;
    const firsts = this.#firsts;
    this.#table.fill(0);
    let entries = 0;
    let pairs = 0;
    let state = 1;
    for (let drawn = 0; drawn < SAMPLE && pairs < LEAST_PAIRS; drawn++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const index = Math.floor((state / 2 ** 32) * count);
      const slot = this.#slotOf(words, stride, index);
      const entry = this.#table[slot];
      if (entry === 0) {
        firsts[entries] = index;
        entries += 1;
        this.#table[slot] = entries;
      } else if (firsts[entry - 1] !== index) {
        pairs += 1;
      }
    }
    return pairs >= LEAST_PAIRS;
  }
}

/** The least word, if there is one and all are closer to each other than `POSITIONS`. */
function leastOfNarrowRange(words: Int32Array, count: number): number | undefined {
  let least = words[0];
  let most = least;
  for (let index = 0; index < count; index++) {
    const word = words[index];
    if (word < least) least = word;
    else if (word > most) most = word;
    else continue;
    if (most - least >= POSITIONS) return undefined;
  }
  return count > 0 ? least : undefined;
}
