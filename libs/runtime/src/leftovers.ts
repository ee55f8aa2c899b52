import { parseTemporary, temporaryOwner } from '@resdiff/tables';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './errors.ts';
import { processExists } from './lock.ts';
import { failuresFolder, filesFolder, shardsFolder } from './shard-paths.ts';

/** A file that nobody has written to for so long is nobody's, wherever its process was. */
const ABANDONED_MS = 24 * 3600 * 1000;

export function isTemporary(name: string): boolean {
  return parseTemporary(name) !== undefined;
}

/**
 * Removes the temporary files in a run folder that no process will finish: those of processes of
 * this host that are gone; since the caller holds the folder's lock and writes nothing now, its
 * own; and any that was last written to a day ago. Those of other hosts stay until then, as their
 * processes cannot be seen from here.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const files = join(folder, filesFolder);
  const ofShards = (await namesIn(files)).map((name) => join(files, name));
  const below = [shardsFolder, failuresFolder].map((name) => join(folder, name));
  for (const each of [folder, ...below, ...ofShards]) {
    for (const name of await namesIn(each)) {
      if (isTemporary(name) && (await isAbandoned(join(each, name), name))) {
        await rm(join(each, name), { force: true });
      }
    }
  }
}

async function isAbandoned(path: string, name: string): Promise<boolean> {
  const owner = parseTemporary(name);
  const here = temporaryOwner();
  if (owner?.host === here.host && (owner.pid === here.pid || !processExists(owner.pid))) {
    return true;
  }
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
  return Date.now() - mtimeMs > ABANDONED_MS;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) {
      return [];
    }
    throw error;
  }
}
