import type { TrainingState } from './engine.ts';
import { FormatError } from './format-error.ts';
import { checkIdentity, shown, type Identity } from './identity.ts';
import type { Parameters } from './model.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from './safetensors.ts';

/** How a training did in an epoch. Epoch 0 is the network before training. */
export interface EpochRecord {
  readonly epoch: number;
  /** The mean of the epoch's steps' losses, each before its update; of epoch 0, the loss of the whole set. */
  readonly trainLoss: number;
  /** After the epoch, on the images that it is judged by. */
  readonly testLoss: number;
  readonly testAccuracy: number;
}

/** The initial function on the two sets, count x outputs each. */
export interface InitialOutputs {
  readonly train: Float32Array;
  readonly test: Float32Array;
}

/** How a training has gone. */
export interface TrainingHistory {
  /** Of epochs 0, 1, ... */
  readonly records: readonly EpochRecord[];
  /** The epoch that had a loss or a parameter that is not finite: the last. */
  readonly divergedAt?: number;
  /** Of `centred` training: what it subtracts from the outputs. */
  readonly initialOutputs?: InitialOutputs;
}

/** A training at the end of an epoch: all that it takes to go on, to the same bits. */
export interface Checkpoint extends TrainingHistory {
  readonly epoch: number;
  readonly state: TrainingState;
}

const FORMAT = 'resdiff checkpoint 1';
const columns = ['epoch', 'trainLoss', 'testLoss', 'testAccuracy'] as const;

/**
 * The bytes of a checkpoint, in pieces that are views of its tensors: a safetensors file whose
 * metadata hold the identity, and whose tensor `records` has a row an epoch.
 */
export function encodeCheckpoint(checkpoint: Checkpoint, identity: Identity): Iterable<Uint8Array> {
  const { epoch, state, records, initialOutputs, divergedAt } = checkpoint;
  const groups: Record<string, Parameters> = {
    parameters: state.parameters,
    firstMoment: state.moments?.first ?? {},
    secondMoment: state.moments?.second ?? {},
    initialOutputs: { ...initialOutputs },
  };
  return encodeSafetensors({
    metadata: {
      format: FORMAT,
      identity: JSON.stringify(identity),
      progress: JSON.stringify({ epoch, step: state.step, divergedAt }),
    },
    tensors: {
      records: {
        shape: [records.length, columns.length],
        data: Float64Array.from(records.flatMap((record) => columns.map((name) => record[name]))),
      },
      ...Object.fromEntries(
        Object.entries(groups).flatMap(([group, tensors]) =>
          Object.entries(tensors).map(([name, data]): [string, Tensor] => [
            `${group}/${name}`,
            { shape: [data.length], data },
          ]),
        ),
      ),
    },
  });
}

/**
 * Reads a checkpoint. Its tensors are views of `bytes`.
 *
 * @throws {FormatError} if the bytes are no checkpoint, or not all of it.
 * @throws {IdentityError} if it is that of another training.
 */
export function decodeCheckpoint(bytes: Uint8Array, identity: Identity): Checkpoint {
  const { metadata, tensors } = decodeSafetensors(bytes);
  if (metadata.format !== FORMAT) {
    throw new FormatError(
      `not a checkpoint: its format is ${shown(metadata.format)}, not ${shown(FORMAT)}`,
    );
  }
  checkIdentity(parsed(metadata, 'identity'), identity);
  const { epoch, step, divergedAt } = parsed(metadata, 'progress');
  if (!isCount(epoch) || !isCount(step) || !(divergedAt === undefined || isCount(divergedAt))) {
    throw new FormatError(`not a checkpoint: its progress is ${shown(metadata.progress)}`);
  }
  const records = recordsOf(tensors.records, epoch);
  const group = (name: string) => groupOf(tensors, name);
  const [first, second] = [group('firstMoment'), group('secondMoment')];
  const outputs = group('initialOutputs');
  if (!first !== !second || (outputs && !(outputs.train && outputs.test))) {
    throw new FormatError('not a checkpoint: it has only one of two tensors that go together');
  }
  return {
    epoch,
    state: {
      step,
      parameters: group('parameters') ?? {},
      ...(first && second && { moments: { first, second } }),
    },
    records,
    ...(outputs && { initialOutputs: { train: outputs.train, test: outputs.test } }),
    ...(divergedAt !== undefined && { divergedAt }),
  };
}

function recordsOf(tensor: Tensor | undefined, epoch: number): EpochRecord[] {
  if (!tensor || tensor.shape.join() !== [epoch + 1, columns.length].join()) {
    throw new FormatError(`not a checkpoint: it has no records of epochs 0 to ${epoch}`);
  }
  return Array.from({ length: epoch + 1 }, (_, row) => {
    const [epoch, trainLoss, testLoss, testAccuracy] = tensor.data.subarray(
      row * columns.length,
      (row + 1) * columns.length,
    );
    return { epoch, trainLoss, testLoss, testAccuracy };
  });
}

/** The tensors whose names begin with `group/`, by the rest of their names. */
function groupOf(tensors: Readonly<Record<string, Tensor>>, group: string): Parameters | undefined {
  const members = Object.entries(tensors).flatMap(([name, { data }]) =>
    name.startsWith(`${group}/`) && data instanceof Float32Array
      ? [[name.slice(group.length + 1), data] as const]
      : [],
  );
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

function parsed(metadata: Readonly<Record<string, string>>, key: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(metadata[key]);
    return Object(value) as Record<string, unknown>;
  } catch (cause) {
    throw new FormatError(`not a checkpoint: its ${key} is ${shown(metadata[key])}`, { cause });
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
