import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { idx, temporaryFolder, tiny } from '../test/support.ts';
import { DataError } from './errors.ts';
import { idxHeader, parseIdx, readIdx } from './idx.ts';

const folder = temporaryFolder();
let files = 0;

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, bytes);
  return path;
}

describe('parseIdx', () => {
  it.each([
    ['u8', 0x08, Uint8Array, [0, 127, 255], [0x00, 0x7f, 0xff]],
    ['i8', 0x09, Int8Array, [0, 127, -1], [0x00, 0x7f, 0xff]],
    ['i16', 0x0b, Int16Array, [1, -2, 258], [0, 1, 0xff, 0xfe, 1, 2]],
    ['i32', 0x0c, Int32Array, [1, -2, 16909060], [0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe, 1, 2, 3, 4]],
    [
      'f32',
      0x0d,
      Float32Array,
      [1, -2, 0.15625],
      [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0, 0x3e, 0x20, 0, 0],
    ],
    [
      'f64',
      0x0e,
      Float64Array,
      [1, -2, 0.1],
      [
        ...[0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0],
        ...[0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a],
      ],
    ],
  ] as const)('reads big-endian %s', (type, code, array, values, bytes) => {
    const parsed = parseIdx(idx(code, [3], bytes), 'file');
    expect(parsed).toMatchObject({ type, shape: [3] });
    expect(parsed.values).toBeInstanceOf(array);
    expect([...parsed.values]).toEqual(values);
  });

  it.each([[[]], [[6]], [[2, 3]], [[1, 2, 3]], [[3, 1, 2, 1]], [[1, 1, 2, 1, 3, 1]], [[2, 0, 5]]])(
    'reads the shape %j',
    (shape) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const values = Array.from({ length: count }, (_, i) => i);
      const parsed = parseIdx(idx(8, shape, values), 'file');
      expect(parsed.shape).toEqual(shape);
      expect([...parsed.values]).toEqual(values);
    },
  );

  it('reads the bytes of a view that does not start at 0, and leaves them as they are', () => {
    const bytes = idx(0x0c, [2], [0, 0, 0, 7, 0, 0, 1, 0]);
    const around = Buffer.concat([Buffer.from([9]), bytes, Buffer.from([9])]);
    expect([...parseIdx(around.subarray(1, -1), 'file').values]).toEqual([7, 256]);
    expect(around.subarray(1, -1).equals(bytes)).toBe(true);
  });

  it('does not copy bytes', () => {
    const bytes = Uint8Array.from(tiny.trainImages);
    const { values } = parseIdx(bytes, 'file');
    expect(values.buffer).toBe(bytes.buffer);
    expect(values.byteOffset).toBe(16);
  });

  it('reads what its header announces', () => {
    const bytes = Buffer.concat([idxHeader([3, 2, 2]), Buffer.alloc(12)]);
    expect(bytes.subarray(0, 16).equals(tiny.trainImages.subarray(0, 16))).toBe(true);
  });
});

const python = spawnSync('python3', ['-c', 'import struct']).status === 0;

describe.runIf(python)('readIdx, of files that Python wrote', () => {
  it.each([
    ['u8', 8, 'B', '[0, 1, 200, 255]'],
    ['i8', 9, 'b', '[0, 1, -128, 127]'],
    ['i16', 11, 'h', '[0, 300, -32768, 32767]'],
    ['i32', 12, 'i', '[0, 70000, -2147483648, 2147483647]'],
    ['f32', 13, 'f', '[0.0, 1.5, -3.0e38, 1e-45]'],
    ['f64', 14, 'd', '[0.0, 0.1, -1e308, 5e-324]'],
  ])('%s, plain and gzipped', async (type, code, format, values) => {
    const path = fileOf(Buffer.alloc(0));
    const script = `
import gzip, json, struct
values = ${values}
data = struct.pack('>HBBII', 0, ${code}, 2, 2, 2) + struct.pack('>4${format}', *values)
open('${path}', 'wb').write(data)
gzip.open('${path}.gz', 'wb').write(data)
print(json.dumps(list(struct.unpack('>4${format}', data[12:]))))`;
    const { stdout } = spawnSync('python3', ['-c', script], { encoding: 'utf8' });
    for (const name of [path, `${path}.gz`]) {
      const read = await readIdx(name);
      expect(read).toMatchObject({ type, shape: [2, 2] });
      expect([...read.values]).toEqual(JSON.parse(stdout));
    }
  });
});

describe('readIdx', () => {
  it('tells gzip by its contents, with a name in the header or in several members too', async () => {
    const whole = tiny.trainImages;
    const members = Buffer.concat([gzipSync(whole.subarray(0, 9)), gzipSync(whole.subarray(9))]);
    const plain = gzipSync(whole);
    const flags = Buffer.from(plain.subarray(0, 10));
    flags[3] = 8;
    const named = Buffer.concat([flags, Buffer.from('name\0'), plain.subarray(10)]);
    for (const bytes of [plain, members, named]) {
      const read = await readIdx(fileOf(bytes));
      expect([...read.values]).toEqual([...whole.subarray(16)]);
    }
  });

  const archive = gzipSync(tiny.trainImages);
  const junk = Buffer.from('junk');
  const flipped = Buffer.from(archive);
  flipped[flipped.length - 6] ^= 1;
  const lying = Buffer.from(archive);
  lying.writeUInt32LE(0xffffffff, lying.length - 4);
  const truncated = tiny.trainImages.subarray(0, -1);

  it.each([
    ['an empty file', Buffer.alloc(0), /is empty; an IDX file is expected/],
    [
      'a text',
      Buffer.from('hello'),
      /is not an IDX file: it starts with the bytes 68 65 6c 6c, not with 00 00, a type \(08, 09, 0b, 0c, 0d, 0e\)/,
    ],
    [
      'an unknown type',
      idx(0x0a, [1], [1]),
      /is not an IDX file: it starts with the bytes 00 00 0a 01/,
    ],
    ['three bytes', Buffer.from([0, 0, 8]), /is not an IDX file: .* 00 00 08, not/],
    [
      'half a header',
      tiny.trainImages.subarray(0, 10),
      /is truncated: 10 bytes, but a header of 3 dimensions takes 16/,
    ],
    ['a truncated file', truncated, /is truncated: 27 bytes, but 3 x 2 x 2 values of u8 take 28/],
    [
      'a truncated file in a whole archive',
      gzipSync(truncated),
      /is truncated: 27 bytes, but .* 28/,
    ],
    [
      'a file that is too long',
      Buffer.concat([tiny.trainImages, junk]),
      /is too long: 32 bytes, but .* 28/,
    ],
    ['an absurd shape', idx(8, [2 ** 31, 2 ** 31, 2 ** 31], []), /is truncated: 16 bytes/],
    [
      'a cut-off archive',
      archive.subarray(0, -9),
      /the gzip archive is cut off after \d+ bytes; its end is missing/,
    ],
    [
      'two bytes of an archive',
      archive.subarray(0, 2),
      /the gzip archive is cut off after 2 bytes/,
    ],
    ['a corrupt checksum', flipped, /the gzip archive is corrupt: incorrect data check/],
    ['a corrupt length', lying, /the gzip archive is corrupt: incorrect length check/],
    [
      'a corrupt archive',
      Buffer.concat([archive.subarray(0, 12), junk, archive.subarray(16)]),
      /the gzip archive is corrupt: /,
    ],
    [
      'garbage after an archive',
      Buffer.concat([archive, junk]),
      /: 4 bytes follow the end of the gzip archive; it should end there/,
    ],
    [
      'zeros after an archive',
      Buffer.concat([archive, Buffer.alloc(7)]),
      /: 7 bytes follow the end of the gzip archive/,
    ],
    [
      'an archive of an archive',
      gzipSync(archive),
      /is not an IDX file: it starts with the bytes 1f 8b 08 00 of a gzip archive/,
    ],
  ])('refuses %s and names the file', async (_, bytes, message) => {
    const path = fileOf(bytes);
    const refusal = readIdx(path);
    await expect(refusal).rejects.toThrow(DataError);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow(path);
  });

  it('refuses a file that is not there, and a folder', async () => {
    await expect(readIdx(join(folder, 'none'))).rejects.toThrow(/^Cannot read .*none: ENOENT/);
    await expect(readIdx(folder)).rejects.toThrow(/^Cannot read .*: EISDIR/);
  });
});
