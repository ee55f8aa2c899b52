import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './errors.ts';
import { processExists } from './lock.ts';

// How @resdiff/tables names what it has not finished: .<name>.<pid>.<random>.tmp
const temporary = /^\..+\.(\d+)\.[0-9a-f]{12}\.tmp$/;

export function isTemporary(name: string): boolean {
  return temporary.test(name);
}

/**
 * Removes the temporary files in `folder` that no running process of this host will finish: those
 * of dead processes and, since the caller holds the folder's lock and writes nothing now, its own.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const pid = Number(temporary.exec(name)?.[1]);
    if (pid === process.pid || (pid > 0 && !processExists(pid))) {
      await rm(join(folder, name), { force: true });
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}
