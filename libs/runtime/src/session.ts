import { checkpointsIn } from './checkpoint.ts';
import { StoppedError } from './errors.ts';
import type { RunFolder } from './folder.ts';
import { removeLeftovers } from './leftovers.ts';
import { isDone } from './manifest.ts';
import { explained } from './opened-run.ts';
import type { RunLog } from './run-log.ts';

/** The work of this process on a run folder that it has opened. */
export interface Session {
  /** Set once the session has something to say in the manifest. */
  log?: RunLog;
}

/**
 * Does the work of a session. If it fails, the folder is left as that of a stopped run, and free.
 *
 * @throws {StoppedError} if `action` throws the reason of the aborted signal; otherwise what it
 * throws, a full disk as {@link DiskFullError}.
 */
export async function inSession<Result>(
  opened: RunFolder,
  signal: AbortSignal,
  action: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { path: folder, manifest, lock } = opened;
  const session: Session = {};
  try {
    return await action(session);
  } catch (error) {
    await stop(folder, session);
    lock.release();
    if (signal.aborted && error === signal.reason) {
      const done = session.log?.receipts.size ?? manifest.shards.filter(isDone).length;
      const checkpoints = (await checkpointsIn(folder)).length;
      throw new StoppedError(done, manifest.shards.length, checkpoints);
    }
    throw explained(error, folder);
  }
}

/** Leaves the folder as a stopped run; what hinders that is less than what stopped the run. */
async function stop(folder: string, { log }: Session): Promise<void> {
  try {
    await removeLeftovers(folder);
    log?.end('stopped');
  } catch {
    return;
  }
}
