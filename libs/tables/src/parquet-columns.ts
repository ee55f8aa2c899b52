import type { ColumnArray } from './batch.ts';
import { Condenser, gather, type Condensed, type Repeats } from './parquet-condenser.ts';
import { DictionaryBuilder, MAX_DICTIONARY_ENTRIES } from './parquet-dictionary.ts';
import type { ColumnSchema } from './schema.ts';

/** The bounds of a column chunk; undefined if there is no value, or none but NaN. */
export interface Bounds {
  readonly min: number | bigint | boolean | Uint8Array | undefined;
  readonly max: number | bigint | boolean | Uint8Array | undefined;
}

/** How the values of a column chunk are to be encoded. */
export type EncodedColumn = { readonly bounds: Bounds } & (
  | { readonly encoding: 'PLAIN'; readonly plain: Uint8Array }
  | { readonly encoding: 'DELTA_BINARY_PACKED'; readonly integers: Int32Array }
  | {
      readonly encoding: 'RLE';
      readonly booleans: Int32Array;
      readonly repeats: Repeats;
    }
  | {
      readonly encoding: 'RLE_DICTIONARY';
      readonly entries: number;
      /** The entries in PLAIN encoding. */
      readonly plain: Uint8Array;
      readonly indices: Int32Array;
      /** How the rows have the indices. */
      readonly repeats: Repeats;
    }
);

type FixedWidth = Int32Array | BigInt64Array | Float32Array | Float64Array;

/**
 * Beyond so many different values a sorted integer column is smaller as deltas, and an unsorted
 * one hardly larger.
 */
const MAX_INTEGER_ENTRIES = 1024;

/** How many values are looked through for their bounds at a time. */
const BOUNDS_ROWS = 1024;

/**
 * Chooses the encodings of column chunks by their values alone: a dictionary where values repeat,
 * whose indices turn runs into a few bytes; deltas for other 32-bit integers, which make sorted
 * keys small; plain bytes for the rest.
 */
export class ColumnEncoder {
  readonly #condenser: Condenser;
  readonly #dictionaries: DictionaryBuilder;

  constructor(maxRows: number) {
    this.#condenser = new Condenser(maxRows);
    this.#dictionaries = new DictionaryBuilder(maxRows);
  }

  /** Of a chunk's values without nulls; valid until the next call. */
  encode({ values: categories }: ColumnSchema, array: ColumnArray): EncodedColumn {
    if (array.length === 0) return noValues;
    if (Array.isArray(array)) return encodeStrings(array);
    const condensed = this.#condenser.condense(array);
    if (array instanceof Uint8Array) {
      return categories ? encodeCategories(condensed, categories) : encodeBooleans(condensed);
    }
    return this.#encodeFixedWidth(array, condensed);
  }

  #encodeFixedWidth(array: FixedWidth | Int16Array, condensed: Condensed): EncodedColumn {
    const { words, stride, count, repeats } = condensed;
    const integers = array instanceof Int16Array || array instanceof Int32Array;
    const most = integers ? MAX_INTEGER_ENTRIES : MAX_DICTIONARY_ENTRIES;
    const limit = Math.min(most, Math.ceil(array.length / 4));
    const dictionary = this.#dictionaries.build(words, stride, count, limit);
    if (dictionary) {
      const { buffer } = gather(words, stride, dictionary.firsts);
      return {
        encoding: 'RLE_DICTIONARY',
        entries: dictionary.firsts.length,
        plain: new Uint8Array(buffer),
        indices: dictionary.indices,
        repeats,
        bounds: numberBounds(integers ? new Int32Array(buffer) : likeArray(array, buffer)),
      };
    }
    if (integers) {
      const all = array instanceof Int32Array ? array : Int32Array.from(array);
      return { encoding: 'DELTA_BINARY_PACKED', integers: all, bounds: numberBounds(all) };
    }
    return { encoding: 'PLAIN', plain: bytesOf(array), bounds: numberBounds(array) };
  }
}

const noValues: EncodedColumn = {
  encoding: 'PLAIN',
  plain: new Uint8Array(0),
  bounds: { min: undefined, max: undefined },
};

function encodeBooleans({ words, repeats }: Condensed): EncodedColumn {
  return {
    encoding: 'RLE',
    booleans: words,
    repeats,
    bounds: { min: !words.includes(0), max: words.includes(1) },
  };
}

/** The dictionary holds all categories, so that the indices are those of the column. */
function encodeCategories(
  { words, repeats }: Condensed,
  categories: readonly string[],
): EncodedColumn {
  const strings = categories.map((category) => Buffer.from(category));
  const occurs = new Uint8Array(strings.length);
  for (let index = 0; index < words.length; index++) occurs[words[index]] = 1;
  return {
    encoding: 'RLE_DICTIONARY',
    entries: strings.length,
    plain: plainStrings(strings),
    indices: words,
    repeats,
    bounds: byteBounds(strings.filter((_, index) => occurs[index])),
  };
}

function encodeStrings(values: readonly string[]): EncodedColumn {
  const positions = new Map<string, number>();
  const indices = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (row > 0 && value === values[row - 1]) {
      indices[row] = indices[row - 1];
      continue;
    }
    const position = positions.get(value) ?? positions.size;
    if (position === positions.size) positions.set(value, position);
    indices[row] = position;
  }
  if (positions.size > values.length / 2) {
    const strings = values.map((value) => Buffer.from(value));
    return { encoding: 'PLAIN', plain: plainStrings(strings), bounds: byteBounds(strings) };
  }
  const strings = Array.from(positions.keys(), (value) => Buffer.from(value));
  return {
    encoding: 'RLE_DICTIONARY',
    entries: strings.length,
    plain: plainStrings(strings),
    indices,
    repeats: { kind: 'none' },
    bounds: byteBounds(strings),
  };
}

function likeArray(
  array: Exclude<FixedWidth, Int32Array>,
  buffer: ArrayBuffer,
): Exclude<FixedWidth, Int32Array> {
  if (array instanceof BigInt64Array) return new BigInt64Array(buffer);
  return array instanceof Float32Array ? new Float32Array(buffer) : new Float64Array(buffer);
}

/** PLAIN is little-endian, as the memory of every machine that Node.js supports but one is. */
function bytesOf(values: FixedWidth): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function plainStrings(strings: readonly Uint8Array[]): Uint8Array {
  const plain = new Uint8Array(strings.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(plain.buffer);
  let offset = 0;
  for (const string of strings) {
    view.setUint32(offset, string.length, true);
    plain.set(string, offset + 4);
    offset += 4 + string.length;
  }
  return plain;
}

/** Without NaN; a zero is -0 as the least and +0 as the greatest value, as the format demands. */
function numberBounds(values: FixedWidth): Bounds {
  if (values instanceof BigInt64Array) {
    let min = values[0];
    let max = min;
    for (const value of values) {
      if (value < min) min = value;
      else if (value > max) max = value;
    }
    return { min, max };
  }
  // A loop over arrays of three types is five times as slow as one over doubles.
  const doubles = new Float64Array(Math.min(values.length, BOUNDS_ROWS));
  let min = Infinity;
  let max = -Infinity;
  for (let start = 0; start < values.length; start += BOUNDS_ROWS) {
    const piece = values.subarray(start, start + BOUNDS_ROWS);
    doubles.set(piece);
    for (let row = 0; row < piece.length; row++) {
      const value = doubles[row];
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  if (min > max) return { min: undefined, max: undefined };
  return { min: min === 0 ? -0 : min, max: max === 0 ? 0 : max };
}

/** In the order of bytes, which for UTF-8 is that of code points. */
function byteBounds(strings: readonly Uint8Array[]): Bounds {
  let min = strings[0];
  let max = min;
  for (const string of strings) {
    if (Buffer.compare(string, min) < 0) min = string;
    if (Buffer.compare(string, max) > 0) max = string;
  }
  return { min, max };
}
