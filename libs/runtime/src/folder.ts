import { makeFolders } from '@resdiff/tables';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DiskFullError,
  isDiskFull,
  messageOf,
  ReportedError,
  systemCode,
  UserError,
} from './errors.ts';
import { refuseForeignCheckpoints } from './checkpoint.ts';
import { canonicalJson, jsonDifferences, type JsonValue } from './json.ts';
import { isTemporary, removeLeftovers } from './leftovers.ts';
import { lockFolder, lockName, type Lock } from './lock.ts';
import { newManifest, readManifest, writeManifest, type Manifest } from './manifest.ts';
import { runId, type RunPlan } from './plan.ts';
import { shardsFolder } from './shard-paths.ts';

/** A run folder that this process alone works in. */
export interface RunFolder {
  readonly path: string;
  /** What the folder holds; its shard layout is that of the run's first session. */
  readonly manifest: Manifest;
  readonly lock: Lock;
}

/**
 * Creates the run folder at `path` with the folders above it, or opens it if it holds this run
 * already, whatever shard layout it was started with.
 *
 * @throws {UserError} if the folder holds another run, a checkpoint of another run or anything else,
 * cannot be made or written to, or another process works in it. Nothing in it has been changed then.
 * @throws {DiskFullError}
 */
export async function openRunFolder(path: string, plan: RunPlan): Promise<RunFolder> {
  return explained(path, async () => {
    await makeFolder(path);
    await peek(path, plan);
    const lock = lockFolder(path);
    try {
      await removeLeftovers(path);
      let manifest = await peek(path, plan);
      if (manifest === undefined) {
        manifest = newManifest(plan);
        writeManifest(path, manifest);
      }
      await makeFolders(join(path, shardsFolder));
      return { path, manifest, lock };
    } catch (error) {
      lock.release();
      throw error;
    }
  });
}

async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  });
  if (found === undefined) {
    await makeFolders(path);
  } else if (!found.isDirectory()) {
    throw new UserError(`${path} is a file, not a folder.`, {
      remedy: 'Give the path of a new folder, or move the file away.',
    });
  }
}

/**
 * The manifest of this run, or undefined in an empty folder.
 *
 * @throws {UserError} if the folder is another's.
 */
async function peek(path: string, plan: RunPlan): Promise<Manifest | undefined> {
  const manifest = await readManifest(path);
  if (manifest === undefined) {
    await refuseForeign(path, runId(plan));
  } else if (manifest.runId !== runId(plan)) {
    throw anotherRun(path, manifest, plan);
  }
  await refuseForeignCheckpoints(path, runId(plan));
  return manifest;
}

/** A folder without a manifest is this run's if it is empty, or if it holds a shard of this run. */
async function refuseForeign(path: string, run: string): Promise<void> {
  const names = (await readdir(path)).filter(
    (name) => !isTemporary(name) && name !== lockName && !name.startsWith(`${lockName}.`),
  );
  if (names.length > 0 && !(await hasShardOf(path, run))) {
    throw new UserError(`${path} is not empty and not a run folder: it holds ${some(names)}.`, {
      remedy: 'Give a new or empty folder.',
    });
  }
}

async function hasShardOf(path: string, run: string): Promise<boolean> {
  const folder = join(path, shardsFolder);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const text = await readFile(join(folder, name), 'utf8');
    if (text.includes(`"runId":"${run}"`)) return true;
  }
  return false;
}

function anotherRun(path: string, manifest: Manifest, plan: RunPlan): UserError {
  const differences = jsonDifferences(identity(manifest), identity(plan)).map(
    ({ path: key, left, right }) =>
      `${key.replace(/^config\./, '')} is ${shown(left)} there and ${shown(right)} here`,
  );
  return new UserError(
    `${path} holds another run, ${manifest.runId} of ${manifest.pipeline}: ${some(differences, '; ', 8)}.`,
    {
      remedy:
        'Give another folder, or the settings of that run to resume it; delete the folder if its results are no longer needed.',
    },
  );
}

function identity({
  experiment,
  config,
  seed,
  versions,
}: Pick<RunPlan, 'experiment' | 'config' | 'seed' | 'versions'>): JsonValue {
  return { experiment, config, seed, versions };
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined) {
    return 'absent';
  }
  const json = canonicalJson(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

function some(items: readonly string[], separator = ', ', limit = 4): string {
  const rest = items.length - limit;
  const listed = items.slice(0, limit).join(separator);
  return rest > 0 ? `${listed} and ${rest} more` : listed;
}

/** Turns what the file system refuses into what the user can do about it. */
async function explained<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ReportedError || systemCode(error) === undefined) {
      throw error;
    }
    if (isDiskFull(error)) {
      throw new DiskFullError(path, error);
    }
    throw new UserError(`${path} cannot be used as a run folder: ${messageOf(error)}.`, {
      remedy: 'Give a folder that can be created and written to.',
      cause: error,
    });
  }
}
