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
import {
  manifestName,
  newManifest,
  readManifest,
  writeManifest,
  type Manifest,
} from './manifest.ts';
import { identityOf, runId, type RunIdentity, type RunPlan } from './plan.ts';
import { originIds } from './points.ts';
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
    return locked(path, async () => {
      const found = await peek(path, plan);
      if (found !== undefined) {
        return found;
      }
      const manifest = newManifest(plan);
      writeManifest(path, manifest);
      return manifest;
    });
  });
}

/**
 * Opens the run folder at `path` for whichever run it holds.
 *
 * @throws {UserError} if it holds none, cannot be used, or another process works in it. Nothing in
 * it has been changed then.
 * @throws {DiskFullError}
 */
export async function openFoundRun(path: string): Promise<RunFolder> {
  return explained(path, async () => {
    await foundManifest(path);
    return locked(path, () => foundManifest(path));
  });
}

/**
 * The manifest of whichever run the folder at `path` holds.
 *
 * @throws {UserError} if it holds none, or one that cannot be read; see {@link readManifest}.
 */
export async function foundManifest(path: string): Promise<Manifest> {
  const manifest = await readManifest(path);
  if (manifest === undefined) {
    throw new UserError(`${path} is not a run folder: it has no ${manifestName}.`, {
      remedy: 'Give the folder of a run, such as runs/<pipeline>/<run id>.',
    });
  }
  return manifest;
}

async function locked(path: string, manifestIn: () => Promise<Manifest>): Promise<RunFolder> {
  const lock = lockFolder(path);
  try {
    await removeLeftovers(path);
    const manifest = await manifestIn();
    await makeFolders(join(path, shardsFolder));
    return { path, manifest, lock };
  } catch (error) {
    lock.release();
    throw error;
  }
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
  const id = runId(plan);
  const ids = originIds({ ...plan, runId: id });
  const manifest = await readManifest(path);
  if (manifest === undefined) {
    await refuseForeign(path, ids);
  } else if (manifest.runId !== id) {
    throw anotherRun(path, manifest, plan);
  }
  await refuseForeignCheckpoints(path, ids);
  return manifest;
}

/** A folder without a manifest is this run's if it is empty, or if it holds a shard of this run. */
async function refuseForeign(path: string, ids: ReadonlySet<string>): Promise<void> {
  const names = (await readdir(path)).filter(
    (name) => !isTemporary(name) && name !== lockName && !name.startsWith(`${lockName}.`),
  );
  if (names.length > 0 && !(await hasShardOf(path, ids))) {
    throw new UserError(`${path} is not empty and not a run folder: it holds ${some(names)}.`, {
      remedy: 'Give a new or empty folder.',
    });
  }
}

async function hasShardOf(path: string, ids: ReadonlySet<string>): Promise<boolean> {
  const folder = join(path, shardsFolder);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const text = await readFile(join(folder, name), 'utf8');
    const id = /"runId":"([0-9a-f]{12})"/.exec(text)?.[1];
    if (id !== undefined && ids.has(id)) return true;
  }
  return false;
}

function anotherRun(path: string, manifest: Manifest, plan: RunPlan): UserError {
  // Settings of different experiments have nothing to do with each other.
  const identity = manifest.experiment === plan.experiment ? shownIdentity : experimentAlone;
  const differences = jsonDifferences(identity(manifest), identity(plan)).map(
    ({ path: key, left, right }) =>
      `${key.replace(/^config\./, '')} is ${shown(left)} there and ${shown(right)} here`,
  );
  return new UserError(
    `${path} holds another run, ${manifest.runId} of ${manifest.pipeline}: ${some(differences, '; ', 3)}.`,
    {
      remedy:
        'Give another folder, or the settings of that run to resume it; delete the folder if its results are no longer needed.',
    },
  );
}

/** The identity of a run with the grid of a sweep in place of its points. */
function shownIdentity(run: RunIdentity): JsonValue {
  const { points, ...identity } = identityOf(run);
  const values: Record<string, JsonValue[]> = {};
  for (const { columns } of run.points ?? []) {
    for (const [name, value] of Object.entries(columns)) {
      const listed = (values[name] ??= []);
      if (!listed.includes(value)) listed.push(value);
    }
  }
  return {
    ...identity,
    ...(points !== undefined && { points: run.points?.length ?? 0 }),
    ...values,
  };
}

function experimentAlone({ experiment }: RunIdentity): JsonValue {
  return { experiment };
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
