import { FormatError } from './format-error.ts';

/** A tensor of a safetensors file, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** What a safetensors file holds: named tensors and texts about them. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: keyof typeof dtypes;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const dtypes = { F32: Float32Array, F64: Float64Array } as const;
const METADATA = '__metadata__';
/** The header's length comes before it, in as many bytes. */
const LENGTH_BYTES = 8;

/**
 * The bytes of a safetensors file (https://huggingface.co/docs/safetensors, "Format"), in pieces
 * that are views of the tensors: none is copied. Tensors of f64 come first, which keeps every
 * tensor aligned.
 *
 * @throws {RangeError} for a tensor whose shape is not that of its data, or named `__metadata__`.
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Iterable<Uint8Array> {
  const entries = Object.entries(tensors).sort(
    ([, one], [, other]) => other.data.BYTES_PER_ELEMENT - one.data.BYTES_PER_ELEMENT,
  );
  const header: Record<string, HeaderEntry | Safetensors['metadata']> = { [METADATA]: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of entries) {
    if (name === METADATA) throw new RangeError(`a tensor cannot be named ${METADATA}`);
    if (elements(shape) !== data.length) {
      throw new RangeError(
        `tensor ${name} of shape [${shape.join(', ')}] has ${elements(shape)} numbers, not ${data.length}`,
      );
    }
    header[name] = {
      dtype: data instanceof Float64Array ? 'F64' : 'F32',
      shape,
      data_offsets: [offset, offset + data.byteLength],
    };
    offset += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(LENGTH_BYTES + 8 * Math.ceil(text.length / 8)).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - LENGTH_BYTES), true);
  head.set(text, LENGTH_BYTES);
  return [
    head,
    ...entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/**
 * Reads a safetensors file of f32 and f64 tensors. They are views of `bytes` where its alignment
 * allows it.
 *
 * @throws {FormatError} if the bytes are no such file, or not all of it.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const { header, start } = readHeader(bytes);
  const { [METADATA]: metadata = {}, ...rest } = header;
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new FormatError(`not a safetensors file: its ${METADATA} are not texts`);
  }
  const entries = Object.entries(rest).map(([name, entry]) => ({
    name,
    ...checkedEntry(name, entry),
  }));
  checkOffsets(entries, bytes.length - start);
  return {
    metadata: metadata as Record<string, string>,
    tensors: Object.fromEntries(
      entries.map(({ name, dtype, shape, data_offsets: [begin, end] }) => {
        const part = bytes.subarray(start + begin, start + end);
        return [name, { shape, data: dtype === 'F64' ? doubles(part) : floats(part) }];
      }),
    ),
  };
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < LENGTH_BYTES) {
    throw new FormatError(`not a safetensors file: it has ${bytes.length} bytes`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(bytes.length - LENGTH_BYTES)) {
    throw new FormatError(
      `not a safetensors file, or cut short: a header of ${length} bytes in a file of ${bytes.length}`,
    );
  }
  const start = LENGTH_BYTES + Number(length);
  let header: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      bytes.subarray(LENGTH_BYTES, start),
    );
    header = JSON.parse(text);
  } catch (cause) {
    throw new FormatError('not a safetensors file: its header is not JSON', { cause });
  }
  if (!isObject(header)) {
    throw new FormatError('not a safetensors file: its header is not a JSON object');
  }
  return { header, start };
}

function checkedEntry(name: string, entry: unknown): HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw new FormatError(`not a safetensors file: tensor ${name} lacks dtype, shape or offsets`);
  }
  if (!Object.hasOwn(dtypes, dtype)) {
    throw new FormatError(`tensor ${name} is of dtype ${dtype}: only F32 and F64 are read`);
  }
  const checked = {
    dtype: dtype as keyof typeof dtypes,
    shape,
    data_offsets: [offsets[0], offsets[1]] as const,
  };
  const size = elements(shape) * dtypes[checked.dtype].BYTES_PER_ELEMENT;
  if (offsets[1] - offsets[0] !== size) {
    throw new FormatError(
      `tensor ${name}, ${dtype} of shape [${shape.join(', ')}], takes ${size} bytes and is given ${offsets[1] - offsets[0]}`,
    );
  }
  return checked;
}

/** The format asks that tensors fill the file after its header, without holes or overlaps. */
function checkOffsets(
  entries: readonly (HeaderEntry & { readonly name: string })[],
  size: number,
): void {
  const sorted = entries.toSorted(
    ({ data_offsets: one }, { data_offsets: other }) => one[0] - other[0] || one[1] - other[1],
  );
  let filled = 0;
  for (const { name, data_offsets } of sorted) {
    if (data_offsets[0] !== filled) {
      throw new FormatError(
        `not a safetensors file: tensor ${name} begins at byte ${data_offsets[0]} of the data, not ${filled}`,
      );
    }
    filled = data_offsets[1];
  }
  if (filled !== size) {
    throw new FormatError(
      `a safetensors file ${filled > size ? 'cut short' : 'with bytes too many'}: ` +
        `its tensors take ${filled} bytes and it has ${size}`,
    );
  }
}

function floats(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, length } = aligned(bytes, 4);
  return new Float32Array(buffer, byteOffset, length / 4);
}

function doubles(bytes: Uint8Array): Float64Array {
  const { buffer, byteOffset, length } = aligned(bytes, 8);
  return new Float64Array(buffer, byteOffset, length / 8);
}

function aligned(bytes: Uint8Array, alignment: number): Uint8Array {
  return bytes.byteOffset % alignment === 0 ? bytes : new Uint8Array(bytes);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
