import type { ShardContext } from '@resdiff/runtime';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
  type EpochRecord,
  type Identity,
} from '@resdiff/trainer';

/** A training of a shard that has ended. */
export interface EndedTraining {
  /** Of epochs 0, 1, ... */
  readonly records: readonly EpochRecord[];
  /** The epoch in which it left the finite numbers. */
  readonly divergedAt?: number;
}

/** Seconds between checkpoints at least: each is synced to the disk. */
const CHECKPOINT_SECONDS = 10;
/** The checkpoint's tensors are read in place, so it starts at a multiple of this. */
const ALIGNMENT = 8;

/**
 * What a shard of several trainings, one after the other, has done so far: kept in the shard's
 * checkpoint at the ends of epochs, now and then and when it is asked to stop.
 */
export class Journal {
  readonly #context: ShardContext;
  readonly #ended: EndedTraining[];
  /** The checkpoint of the training that was at work, as it was found. */
  #found: Uint8Array | undefined;
  #written = performance.now();

  private constructor(context: ShardContext, ended: EndedTraining[], found?: Uint8Array) {
    this.#context = context;
    this.#ended = ended;
    this.#found = found;
  }

  static async open(context: ShardContext): Promise<Journal> {
    const bytes = await context.checkpoint.read();
    if (!bytes) return new Journal(context, []);
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
    const ended = JSON.parse(text, (_, value: unknown) => revived(value)) as EndedTraining[];
    const start = aligned(4 + length);
    return new Journal(context, ended, start < bytes.length ? bytes.subarray(start) : undefined);
  }

  /** The training at `index`, if it has ended. */
  ended(index: number): EndedTraining | undefined {
    return this.#ended[index];
  }

  /**
   * Where the training that was at work is to go on from; handed out once, as it is large.
   *
   * @throws {IdentityError} if that was another training.
   */
  takeCheckpoint(identity: Identity): Checkpoint | undefined {
    const found = this.#found;
    this.#found = undefined;
    return found && decodeCheckpoint(found, identity);
  }

  /**
   * Called at the end of an epoch: writes the checkpoint if that is due.
   *
   * @throws {ShardStopped} if the shard was asked to stop, once all is written.
   */
  async endEpoch(checkpoint: Checkpoint, identity: Identity): Promise<void> {
    const { signal } = this.#context;
    if (signal.aborted || performance.now() - this.#written > CHECKPOINT_SECONDS * 1000) {
      await this.#context.checkpoint.write(this.#encode(checkpoint, identity));
      this.#written = performance.now();
    }
    signal.throwIfAborted();
  }

  /** Called when a training has ended; the next checkpoint tells of it. */
  endTraining(training: EndedTraining): void {
    this.#ended.push(training);
  }

  *#encode(checkpoint: Checkpoint, identity: Identity): Iterable<Uint8Array> {
    const text = new TextEncoder().encode(JSON.stringify(this.#ended, (_, value) => kept(value)));
    const head = new Uint8Array(aligned(4 + text.length));
    new DataView(head.buffer).setUint32(0, text.length, true);
    head.set(text, 4);
    yield head;
    yield* encodeCheckpoint(checkpoint, identity);
  }
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

/** JSON has no numbers that are not finite. */
function kept(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function revived(value: unknown): unknown {
  return typeof value === 'string' ? Number(value) : value;
}
