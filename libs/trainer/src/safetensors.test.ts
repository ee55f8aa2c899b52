import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialParameters } from './initial-parameters.ts';
import { smallModel } from '../test/problem.ts';
import { FormatError } from './format-error.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
import { encodeParameters } from './weights.ts';

const contents = {
  tensors: {
    weights: { shape: [2, 3], data: Float32Array.of(1, -2, 0.5, NaN, Infinity, -0) },
    empty: { shape: [0, 4], data: new Float32Array(0) },
    exact: { shape: [2], data: Float64Array.of(0.1, 1 / 3) },
    scalar: { shape: [], data: Float32Array.of(7) },
  },
  metadata: { author: 'Øystein', note: '{"quoted": true}' },
};

const join8 = (pieces: Iterable<Uint8Array>) => new Uint8Array(Buffer.concat([...pieces]));

/** The bytes of a file with this header and as many zeros of data. */
function file(header: unknown, size: number): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return new Uint8Array(Buffer.concat([length, text, Buffer.alloc(size)]));
}

describe('encodeSafetensors', () => {
  it('writes the bytes of the format', () => {
    const bytes = join8(
      encodeSafetensors({
        tensors: { a: { shape: [1, 2], data: Float32Array.of(1, -2) } },
        metadata: { k: 'v' },
      }),
    );
    const text =
      '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    const padding = ' '.repeat((8 - (text.length % 8)) % 8);
    expect(Buffer.from(bytes.subarray(8, -8)).toString()).toBe(text + padding);
    expect([...bytes.subarray(0, 8)]).toEqual([text.length + padding.length, 0, 0, 0, 0, 0, 0, 0]);
    expect([...bytes.subarray(-8)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it('copies no tensor', () => {
    const data = Float32Array.of(1, 2, 3);
    const pieces = [
      ...encodeSafetensors({
        tensors: { a: { shape: [2], data: data.subarray(1) } },
        metadata: {},
      }),
    ];
    expect(pieces[1].buffer).toBe(data.buffer);
    expect([pieces[1].byteOffset, pieces[1].byteLength]).toEqual([4, 8]);
  });

  it('refuses a tensor that is not of its shape, or named as the metadata', () => {
    const tensor = { shape: [2, 2], data: new Float32Array(3) };
    expect(() => encodeSafetensors({ tensors: { w: tensor }, metadata: {} })).toThrow(
      new RangeError('tensor w of shape [2, 2] has 4 numbers, not 3'),
    );
    const named = { __metadata__: { shape: [3], data: new Float32Array(3) } };
    expect(() => encodeSafetensors({ tensors: named, metadata: {} })).toThrow(RangeError);
  });
});

describe('decodeSafetensors', () => {
  const bytes = join8(encodeSafetensors(contents));

  it('reads what was written', () => {
    expect(decodeSafetensors(bytes)).toEqual(contents);
  });

  it('views the bytes, or copies what is not aligned in them', () => {
    expect(decodeSafetensors(bytes).tensors.weights.data.buffer).toBe(bytes.buffer);
    const shifted = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
    expect(decodeSafetensors(shifted)).toEqual(contents);
  });

  it('reads tensors whatever the order of their names, and files without metadata', () => {
    const { tensors, metadata } = decodeSafetensors(
      file(
        {
          late: { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
          early: { dtype: 'F64', shape: [1], data_offsets: [0, 8] },
        },
        12,
      ),
    );
    expect(Object.keys(tensors)).toEqual(['late', 'early']);
    expect(metadata).toEqual({});
  });

  it('refuses every part of a file', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length))).toThrow(FormatError);
    }
  });

  const tensor = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  it.each<[string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(0), 'it has 0 bytes'],
    ['a text', Buffer.from('epoch,loss\n1,0.5\n'), 'not a safetensors file, or cut short'],
    ['a header that is no JSON', file('{"a": ', 0), 'its header is not JSON'],
    ['a header that is a list', file([], 0), 'its header is not a JSON object'],
    ['metadata that are not texts', file({ __metadata__: { a: 1 } }, 0), 'are not texts'],
    ['too many bytes', file({ a: tensor }, 9), 'bytes too many: its tensors take 8 bytes and it'],
    ['too few', file({ a: tensor }, 7), 'cut short: its tensors take 8 bytes and it has 7'],
    [
      'another type',
      file({ a: { ...tensor, dtype: 'BF16' } }, 8),
      'tensor a is of dtype BF16: only F32 and F64 are read',
    ],
    [
      'a shape that does not fit',
      file({ a: { ...tensor, shape: [3] } }, 8),
      'tensor a, F32 of shape [3], takes 12 bytes and is given 8',
    ],
    ['a shape of fractions', file({ a: { ...tensor, shape: [0.5] } }, 8), 'tensor a lacks'],
    ['an entry that is no object', file({ a: 1 }, 8), 'tensor a lacks dtype, shape or offsets'],
    [
      'tensors that overlap',
      file({ a: tensor, b: { ...tensor, data_offsets: [4, 12] } }, 12),
      'tensor b begins at byte 4 of the data, not 8',
    ],
    [
      'a hole',
      file({ a: { ...tensor, data_offsets: [4, 12] } }, 12),
      'tensor a begins at byte 4 of the data, not 0',
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(FormatError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });
});

describe('Python, with its own json and struct', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const python = (script: string) =>
    execFileSync('python3', ['-c', script, join(folder, 'file')], { encoding: 'utf8' });

  it('reads what was written', () => {
    const model = smallModel();
    const parameters = initialParameters(model, { key: [1, 2], repetition: 0 });
    const pieces = encodeParameters(model, parameters, { epoch: '120' });
    writeFileSync(join(folder, 'file'), join8(pieces));
    const read = JSON.parse(
      python(`
import json, struct, sys
data = open(sys.argv[1], 'rb').read()
length, = struct.unpack('<Q', data[:8])
assert length % 8 == 0
header = json.loads(data[8:8 + length])
metadata = header.pop('__metadata__')
def read(entry):
    begin, end = (8 + length + offset for offset in entry['data_offsets'])
    assert entry['dtype'] == 'F32'
    return {'shape': entry['shape'], 'data': struct.unpack('<%df' % ((end - begin) // 4), data[begin:end])}
print(json.dumps([metadata, {name: read(entry) for name, entry in header.items()}]))
`),
    ) as [Record<string, string>, Record<string, { shape: number[]; data: number[] }>];
    expect(read[0].epoch).toBe('120');
    expect(JSON.parse(read[0].scales)).toMatchObject({ A: 7 ** -0.5, G: 1.3 / Math.sqrt(5) });
    expect(Object.keys(read[1])).toEqual(Object.keys(parameters));
    expect(read[1]['W.1'].shape).toEqual([5, 5]);
    expect(read[1].A.shape).toEqual([5, 7]);
    for (const [name, tensor] of Object.entries(parameters)) {
      expect(read[1][name].data).toEqual([...tensor]);
    }
  });

  it('writes what is read', () => {
    python(`
import json, struct, sys
header = {'a': {'dtype': 'F64', 'shape': [1], 'data_offsets': [8, 16]},
          'b': {'dtype': 'F32', 'shape': [1, 2], 'data_offsets': [0, 8]},
          '__metadata__': {'by': 'struct'}}
text = json.dumps(header).encode()
with open(sys.argv[1], 'wb') as file:
    file.write(struct.pack('<Q', len(text)) + text + struct.pack('<ffd', 1.5, -2, 0.1))
`);
    expect(decodeSafetensors(readFileSync(join(folder, 'file')))).toEqual({
      metadata: { by: 'struct' },
      tensors: {
        a: { shape: [1], data: Float64Array.of(0.1) },
        b: { shape: [1, 2], data: Float32Array.of(1.5, -2) },
      },
    });
  });
});
