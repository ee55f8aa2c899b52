import type { FoundCheckpoints } from './checkpoint.ts';
import { kindsOf } from './devices.ts';
import { UserError } from './errors.ts';
import type { Executor } from './executors/executor.ts';
import type { ShardReceipt } from './shard-store.ts';

/** Where the shards of a run were computed, and are to be. */
export interface DevicesOfRun {
  readonly folder: string;
  /** Those of earlier sessions. */
  readonly earlier: Iterable<string>;
  readonly executor: Pick<Executor, 'devices'>;
}

/** Where earlier sessions computed the shards that are done, and those that are begun. */
export function earlierDevices(
  done: Iterable<Pick<ShardReceipt, 'device'>>,
  { devices }: Pick<FoundCheckpoints, 'devices'>,
): string[] {
  return [...Array.from(done, ({ device }) => device), ...devices];
}

/**
 * Kinds of devices differ in the last bits of what they compute, so that the tables of a run with
 * several depend on which happened to compute which shard.
 *
 * @throws {UserError} if the run would have shards of several kinds.
 */
export function refuseMixedDevices({ folder, earlier, executor }: DevicesOfRun): void {
  const found = kindsOf(earlier);
  const now = kindsOf(executor.devices ?? ['cpu']);
  if (now.length > 1) {
    throw new UserError(
      `The devices are of the kinds ${now.join(', ')}, which differ in the last bits of what they compute.`,
      { remedy: 'Give devices of one kind, or allow mixed devices.' },
    );
  }
  const other = found.filter((kind) => !now.includes(kind));
  if (other.length > 0) {
    throw new UserError(
      `${folder} has shards that were computed on ${other.join(', ')}, not on ${now.join(', ')}; the two differ in the last bits of what they compute.`,
      {
        remedy: `${found.length > 1 ? 'Allow' : `Go on with ${found[0]}, allow`} mixed devices, or give another folder.`,
      },
    );
  }
}
