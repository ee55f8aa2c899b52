import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { DataError, reasonOf } from './errors.ts';
import { isGzip, unzip } from './gzip.ts';

const types = {
  0x08: { type: 'u8', bytes: 1, array: Uint8Array },
  0x09: { type: 'i8', bytes: 1, array: Int8Array },
  0x0b: { type: 'i16', bytes: 2, array: Int16Array },
  0x0c: { type: 'i32', bytes: 4, array: Int32Array },
  0x0d: { type: 'f32', bytes: 4, array: Float32Array },
  0x0e: { type: 'f64', bytes: 8, array: Float64Array },
} as const;

type TypeCode = keyof typeof types;
export type IdxType = (typeof types)[TypeCode]['type'];
export type IdxValues = InstanceType<(typeof types)[TypeCode]['array']>;

/** What an IDX file holds: values of one type in an array of any number of dimensions, row-major. */
export interface Idx {
  readonly type: IdxType;
  readonly shape: readonly number[];
  readonly values: IdxValues;
}

/**
 * Reads an IDX file, plain or gzipped, whatever its name.
 *
 * @throws {DataError} if it cannot be read or is not a whole IDX file.
 */
export async function readIdx(path: string): Promise<Idx> {
  return parseIdx(await readContents(path), path);
}

/**
 * The contents of a file, inflated if it is gzipped.
 *
 * @throws {DataError} if it cannot be read, is empty, or is not a whole gzip archive.
 */
export async function readContents(path: string): Promise<Uint8Array> {
  let bytes;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new DataError(`Cannot read ${path}: ${reasonOf(error)}.`, { cause: error });
  }
  return unzip(bytes, path);
}

/**
 * Parses the contents of an IDX file: 0, 0, a type, the number of dimensions, their sizes as 32-bit
 * integers, the values, all big-endian (LeCun, "The MNIST database of handwritten digits").
 *
 * @param bytes the contents, inflated. Values of one byte are a view of them, not a copy.
 * @param name what messages call the file.
 * @throws {DataError} if this is not a whole IDX file.
 */
export function parseIdx(bytes: Uint8Array, name: string): Idx {
  if (bytes.length === 0) {
    throw new DataError(`${name} is empty; an IDX file is expected.`, {
      remedy: 'Fetch the file again.',
    });
  }
  const format = bytes[0] === 0 && bytes[1] === 0 ? types[bytes[2] as TypeCode] : undefined;
  if (bytes.length < 4 || format === undefined) throw notIdx(bytes, name);
  const header = 4 + 4 * bytes[3];
  if (bytes.length < header) {
    throw wrongLength(name, bytes.length, `a header of ${bytes[3]} dimensions takes`, header);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: bytes[3] }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, size) => product * size, 1);
  const length = header + format.bytes * count;
  if (bytes.length !== length) {
    throw wrongLength(
      name,
      bytes.length,
      `${describeShape(shape)} values of ${format.type} take`,
      length,
    );
  }
  return { type: format.type, shape, values: typedValues(bytes.subarray(header), format) };
}

/** `60000 x 28 x 28`. */
export function describeShape(shape: readonly number[]): string {
  return shape.join(' x ') || 'scalar';
}

/** The bytes before the values of an IDX file of u8. */
export function idxHeader(shape: readonly number[]): Uint8Array {
  const header = new Uint8Array(4 + 4 * shape.length);
  header.set([0, 0, 0x08, shape.length]);
  const view = new DataView(header.buffer);
  shape.forEach((size, axis) => {
    view.setUint32(4 + 4 * axis, size);
  });
  return header;
}

function typedValues(
  bytes: Uint8Array,
  { array, bytes: size }: (typeof types)[TypeCode],
): IdxValues {
  if (size === 1) return new array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
  const copy = Buffer.from(new Uint8Array(bytes).buffer);
  if (endianness() === 'LE') {
    if (size === 2) copy.swap16();
    else if (size === 4) copy.swap32();
    else copy.swap64();
  }
  return new array(copy.buffer);
}

function notIdx(bytes: Uint8Array, name: string): DataError {
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
  const codes = Object.keys(types).map((code) => Number(code).toString(16).padStart(2, '0'));
  return new DataError(
    `${name} is not an IDX file: it starts with the bytes ${start.join(' ')}${isGzip(bytes) ? ' of a gzip archive' : ''}, ` +
      `not with 00 00, a type (${codes.join(', ')}) and the number of dimensions.`,
  );
}

function wrongLength(name: string, found: number, why: string, expected: number): DataError {
  return found < expected
    ? new DataError(`${name} is truncated: ${found} bytes, but ${why} ${expected}.`, {
        remedy: 'Fetch the file again.',
      })
    : new DataError(`${name} is too long: ${found} bytes, but ${why} ${expected}.`, {
        remedy: 'Fetch the file again.',
      });
}
