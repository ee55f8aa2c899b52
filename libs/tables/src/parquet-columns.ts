import type { ColumnArray } from './batch.ts';
import { MAX_DICTIONARY_ENTRIES, type DictionaryBuilder } from './parquet-dictionary.ts';
import type { ColumnSchema } from './schema.ts';

/** The bounds of a column chunk; undefined if there is no value but NaN. */
export interface Bounds {
  readonly min: number | bigint | boolean | Uint8Array | undefined;
  readonly max: number | bigint | boolean | Uint8Array | undefined;
}

/** How the values of a column chunk are to be encoded. */
export type EncodedColumn = { readonly bounds: Bounds } & (
  | { readonly encoding: 'PLAIN'; readonly plain: Uint8Array }
  | { readonly encoding: 'DELTA_BINARY_PACKED'; readonly integers: Int32Array }
  | { readonly encoding: 'RLE'; readonly booleans: Int32Array }
  | {
      readonly encoding: 'RLE_DICTIONARY';
      readonly entries: number;
      /** The entries in PLAIN encoding. */
      readonly plain: Uint8Array;
      readonly indices: Int32Array;
      /** Where the runs of equal indices start, and where the last ends, if they are known. */
      readonly runs: Int32Array | undefined;
    }
);

type FixedWidth = Int32Array | BigInt64Array | Float32Array | Float64Array;

/**
 * Beyond so many different values a sorted integer column is smaller as deltas, and an unsorted
 * one hardly larger.
 */
const MAX_INTEGER_ENTRIES = 1024;

/**
 * Chooses the encoding of a column chunk by its values alone: a dictionary where values repeat,
 * whose indices turn runs into a few bytes; deltas for other 32-bit integers, which make sorted
 * keys small; plain bytes for the rest. The result is valid until the next call with the same
 * `dictionaries`.
 */
export function encodeColumn(
  { values: categories }: ColumnSchema,
  array: ColumnArray,
  dictionaries: DictionaryBuilder,
): EncodedColumn {
  if (Array.isArray(array)) return encodeStrings(array);
  if (array instanceof Uint8Array) {
    return categories
      ? encodeCategories(array, categories, dictionaries)
      : encodeBooleans(array, dictionaries);
  }
  return encodeFixedWidth(
    array instanceof Int16Array ? dictionaries.widen(array) : array,
    dictionaries,
  );
}

function encodeFixedWidth(values: FixedWidth, dictionaries: DictionaryBuilder): EncodedColumn {
  const most = values instanceof Int32Array ? MAX_INTEGER_ENTRIES : MAX_DICTIONARY_ENTRIES;
  const dictionary = dictionaries.build(
    new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4),
    values.BYTES_PER_ELEMENT === 8 ? 2 : 1,
    values.length,
    Math.min(most, Math.ceil(values.length / 4)),
  );
  if (dictionary) {
    const entries = pick(values, dictionary.firstRows);
    return {
      encoding: 'RLE_DICTIONARY',
      entries: entries.length,
      plain: bytesOf(entries),
      indices: dictionary.indices,
      runs: dictionary.runs,
      bounds: numberBounds(entries),
    };
  }
  const bounds = numberBounds(values);
  return values instanceof Int32Array
    ? { encoding: 'DELTA_BINARY_PACKED', integers: values, bounds }
    : { encoding: 'PLAIN', plain: bytesOf(values), bounds };
}

function encodeBooleans(booleans: Uint8Array, dictionaries: DictionaryBuilder): EncodedColumn {
  return {
    encoding: 'RLE',
    booleans: dictionaries.widen(booleans),
    bounds: { min: !booleans.includes(0), max: booleans.includes(1) },
  };
}

/** The dictionary holds all categories, so that the indices are those of the column. */
function encodeCategories(
  indices: Uint8Array,
  categories: readonly string[],
  dictionaries: DictionaryBuilder,
): EncodedColumn {
  const strings = categories.map((category) => Buffer.from(category));
  const runs = dictionaries.runsOf(indices);
  const occurs = new Uint8Array(strings.length);
  if (runs) {
    for (let run = 0; run < runs.length - 1; run++) occurs[indices[runs[run]]] = 1;
  } else {
    for (let row = 0; row < indices.length; row++) occurs[indices[row]] = 1;
  }
  return {
    encoding: 'RLE_DICTIONARY',
    entries: strings.length,
    plain: plainStrings(strings),
    indices: dictionaries.widen(indices, runs),
    runs,
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
    runs: undefined,
    bounds: byteBounds(strings),
  };
}

function pick(values: FixedWidth, rows: Int32Array): FixedWidth {
  if (values instanceof BigInt64Array) return BigInt64Array.from(rows, (row) => values[row]);
  // A copy of the bits: a NaN keeps its payload.
  const picked = values.slice(0, rows.length);
  for (const [position, row] of rows.entries()) {
    picked.set(values.subarray(row, row + 1), position);
  }
  return picked;
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
  let min = Infinity;
  let max = -Infinity;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value < min) min = value;
    if (value > max) max = value;
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
