import { describe, expect, it } from 'vitest';
import { noise } from '../test/problem.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint.ts';
import { FormatError } from './format-error.ts';
import { IdentityError } from './identity.ts';
import { encodeSafetensors } from './safetensors.ts';

const identity = { size: 50, optimizer: { kind: 'adam', beta1: 0.9 }, classes: [0, 1], rate: 0.5 };
const tensors = (label: number) => ({ A: noise(6, label), 'W.0': noise(4, label + 1) });
const record = { epoch: 0, trainLoss: 0.1, testLoss: 1 / 3, testAccuracy: 0.75 };
const plain: Checkpoint = {
  epoch: 0,
  state: { step: 0, parameters: tensors(1) },
  records: [record],
};
const full: Checkpoint = {
  epoch: 1,
  state: {
    step: 2 ** 40,
    parameters: { ...tensors(1), 'b.0': Float32Array.of(NaN, -0) },
    moments: { first: tensors(3), second: tensors(5) },
  },
  records: [record, { epoch: 1, trainLoss: Infinity, testLoss: NaN, testAccuracy: 0 }],
  initialOutputs: { train: noise(6, 7), test: noise(3, 8) },
  divergedAt: 1,
};

const encoded = (checkpoint: Checkpoint, of: Record<string, unknown> = identity) =>
  Buffer.concat([...encodeCheckpoint(checkpoint, of)]);

describe('checkpoints', () => {
  it('come back as they were', () => {
    for (const checkpoint of [plain, full]) {
      expect(decodeCheckpoint(encoded(checkpoint), identity)).toEqual(checkpoint);
    }
  });

  it('are written without a copy of their tensors', () => {
    const pieces = [...encodeCheckpoint(full, identity)];
    const { parameters, moments } = full.state;
    const buffers = pieces.map(({ buffer }) => buffer);
    for (const tensor of [parameters.A, moments!.first.A, moments!.second['W.0']]) {
      expect(buffers).toContain(tensor.buffer);
    }
  });

  it('know their training, whatever the order of its keys', () => {
    const { size, ...rest } = identity;
    const reordered = { ...rest, size, left: undefined };
    expect(decodeCheckpoint(encoded(plain), reordered)).toEqual(plain);
  });

  it.each([
    [{ ...identity, size: 100 }, 'size', '50, not 100'],
    [
      { ...identity, optimizer: { ...identity.optimizer, kind: 'gradient-descent' } },
      'optimizer.kind',
      '"adam", not "gradient-descent"',
    ],
    [{ ...identity, optimizer: { kind: 'adam' } }, 'optimizer.beta1', '0.9, not missing'],
    [{ ...identity, seed: 7 }, 'seed', 'missing, not 7'],
    [{ ...identity, classes: [0, 2] }, 'classes.1', '1, not 2'],
    [{ ...identity, classes: { 0: 0, 1: 1 } }, 'classes', '[0,1], not {"0":0,"1":1}'],
    [{ ...identity, rate: null }, 'rate', '0.5, not null'],
  ])('are refused for %j', (other, key, values) => {
    const refusal = caught(() => decodeCheckpoint(encoded(plain), other));
    expect(refusal).toBeInstanceOf(IdentityError);
    expect(refusal).toMatchObject({
      key,
      message: `the checkpoint is of another training: its ${key} is ${values}`,
    });
  });

  it('are refused where they are cut short', () => {
    const bytes = encoded(full);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length), identity)).toThrow(FormatError);
    }
  });

  it('give no other error, whatever byte of their header is garbled', () => {
    const bytes = encoded(full);
    for (let i = 0; i < 8 + bytes.readUInt32LE(0); i++) {
      const garbled = Buffer.from(bytes);
      garbled[i] ^= 0x11;
      const outcome = caught(() => decodeCheckpoint(garbled, identity));
      if (outcome === undefined) continue;
      expect(outcome instanceof FormatError || outcome instanceof IdentityError, `byte ${i}`).toBe(
        true,
      );
    }
  });

  it.each<[string, Record<string, string>, string]>([
    ['another format', {}, 'its format is missing, not "resdiff checkpoint 1"'],
    ['no progress', { identity: '{}' }, 'its progress is missing'],
    ['a progress that is none', { identity: '{}', progress: '{"epoch":-1}' }, 'its progress is'],
    ['an identity that is none', { identity: 'size' }, 'its identity is "size"'],
    [
      'no records',
      { identity: '{}', progress: '{"epoch":0,"step":0}' },
      'it has no records of epochs 0 to 0',
    ],
  ])('are refused with %s', (_, metadata, message) => {
    const format = Object.keys(metadata).length > 0 ? { format: 'resdiff checkpoint 1' } : {};
    const pieces = encodeSafetensors({ tensors: {}, metadata: { ...format, ...metadata } });
    const refusal = caught(() => decodeCheckpoint(Buffer.concat([...pieces]), {}));
    expect(refusal).toBeInstanceOf(FormatError);
    expect(refusal).toMatchObject({ message: expect.stringContaining(message) as string });
  });
});

function caught(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
