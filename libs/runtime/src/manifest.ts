import { writeFileAtomic, type ColumnSchema } from '@resdiff/tables';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode, UserError } from './errors.ts';
import { canonicalJson, type JsonValue } from './json.ts';
import { describeMachine, type Machine } from './machine.ts';
import { runId, type PlanPoint, type RunPlan, type Shard } from './plan.ts';
import * as is from './shape.ts';

export const manifestName = 'manifest.json';
const format = 'resdiff-manifest';
const formatVersion = 1;

/** A file of the run folder; `file` is relative to the folder, with `/` between names. */
export interface FileRecord {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface TableRecord extends FileRecord {
  readonly name: string;
  readonly rows: number;
  /** How many shards were missing when it was merged; left out if none was. */
  readonly missing?: number;
}

/** How a shard came out. */
export interface ShardResult extends FileRecord {
  /** Wall seconds of computing and writing. */
  readonly seconds: number;
  /** Where it was computed, such as `cpu`. */
  readonly device: string;
  /** What the experiment says of the shard beside its rows: counters, warnings. */
  readonly notes: JsonValue;
  /** The files that the shard made beside its rows; left out if there are none. */
  readonly files?: readonly FileRecord[];
}

export type ManifestShard = Shard | (Shard & ShardResult);

/** One process's work on the run. */
export interface Session {
  /** ISO 8601, UTC. */
  readonly started: string;
  /** When the session ended, or was last heard of. */
  readonly ended: string;
  readonly workers: number;
  /** Wall seconds. */
  readonly seconds: number;
  /** CPU seconds of the process, its threads included. */
  readonly cpuSeconds: number;
  readonly shardsComputed: number;
  readonly command?: string;
}

export interface Manifest {
  readonly format: typeof format;
  readonly formatVersion: typeof formatVersion;
  /** Partial if it was completed while shards were missing, as its caller wanted. */
  readonly state: 'running' | 'stopped' | 'partial' | 'complete';
  readonly pipeline: string;
  readonly experiment: string;
  readonly runId: string;
  readonly config: JsonValue;
  readonly seed: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The points of a sweep, and the columns that they add to the merged table. */
  readonly points?: readonly PlanPoint[];
  readonly pointColumns?: readonly ColumnSchema[];
  /** The machine of the latest session. */
  readonly machine: Machine;
  readonly shards: readonly ManifestShard[];
  readonly tables: readonly TableRecord[];
  readonly artifacts: readonly FileRecord[];
  readonly sessions: readonly Session[];
}

const fileShape = { file: is.text, bytes: is.count, sha256: is.sha256 };
const shardShape = {
  id: is.text,
  task: is.json,
  rows: is.count,
  cost: is.number,
  point: is.optional(is.count),
};
export const shardResultShape = {
  ...fileShape,
  seconds: is.number,
  device: is.text,
  notes: is.json,
  files: is.optional(is.list(is.object(fileShape))),
};

const manifestShape = is.object({
  state: is.oneOf('running', 'stopped', 'partial', 'complete'),
  pipeline: is.text,
  experiment: is.text,
  runId: is.text,
  config: is.json,
  seed: is.text,
  versions: is.record(is.text),
  points: is.optional(
    is.list(
      is.object({
        id: is.text,
        config: is.record(is.json),
        seed: is.text,
        versions: is.optional(is.record(is.text)),
        columns: is.record(is.either(is.text, is.number, is.truth)),
      }),
    ),
  ),
  pointColumns: is.optional(
    is.list(
      is.object({
        name: is.text,
        type: is.text,
        description: is.text,
        unit: is.optional(is.text),
        values: is.optional(is.list(is.text)),
      }),
    ),
  ),
  machine: is.object({
    hostname: is.text,
    platform: is.text,
    arch: is.text,
    cpus: is.count,
    cpuModel: is.text,
    memory: is.count,
    node: is.text,
  }),
  shards: is.list((value, path) =>
    is.object(
      is.isRecord(value) && 'file' in value ? { ...shardShape, ...shardResultShape } : shardShape,
    )(value, path),
  ),
  tables: is.list(
    is.object({ ...fileShape, name: is.text, rows: is.count, missing: is.optional(is.count) }),
  ),
  artifacts: is.list(is.object(fileShape)),
  sessions: is.list(
    is.object({
      started: is.text,
      ended: is.text,
      workers: is.count,
      seconds: is.number,
      cpuSeconds: is.number,
      shardsComputed: is.count,
      command: is.optional(is.text),
    }),
  ),
});

/** The manifest of a run that has not computed anything yet. */
export function newManifest(plan: RunPlan): Manifest {
  return {
    format,
    formatVersion,
    state: 'running',
    pipeline: plan.pipeline,
    experiment: plan.experiment,
    runId: runId(plan),
    config: plan.config,
    seed: plan.seed,
    versions: plan.versions,
    ...(plan.points && { points: plan.points, pointColumns: plan.pointColumns ?? [] }),
    machine: describeMachine(),
    shards: plan.shards.map(plannedShard),
    tables: [],
    artifacts: [],
    sessions: [],
  };
}

/** The shard as it was planned, without how it came out. */
export function plannedShard({ id, task, rows, cost, point }: Shard): Shard {
  return { id, task, rows, cost, ...(point !== undefined && { point }) };
}

export function isDone(shard: ManifestShard): shard is Shard & ShardResult {
  return 'file' in shard;
}

/**
 * The manifest in `folder`, or undefined if there is none.
 *
 * @throws {UserError} if the file cannot be read, is damaged, is not a manifest, or was written by
 * a newer version of the program.
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, manifestName);
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw new UserError(`${path} cannot be read: ${messageOf(error)}.`, {
      remedy: 'Give another folder, or the right to read this one.',
      cause: error,
    });
  }
  return parseManifest(content, path);
}

/** @throws {UserError} naming `path`, what is wrong with its content, and the remedy. */
export function parseManifest(content: string, path: string): Manifest {
  const damaged = (problem: string, cause?: unknown) =>
    new UserError(`${path} is damaged: ${problem}.`, {
      remedy:
        'Delete it and give the command that began the run (run, sweep or submit, with the pipeline) again: shards that are whole are kept.',
      cause,
    });

  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw damaged(
      content.trim() === '' ? 'it is empty' : `it is not whole JSON (${messageOf(error)})`,
      error,
    );
  }
  if (!is.isRecord(value) || value.format !== format) {
    throw new UserError(`${path} is not the manifest of a resdiff run.`, {
      remedy: 'Give another folder: this one seems to belong to another program.',
    });
  }
  if (typeof value.formatVersion === 'number' && value.formatVersion > formatVersion) {
    throw new UserError(
      `${path} has format version ${value.formatVersion}; this resdiff reads versions up to ${formatVersion}.`,
      { remedy: 'Use the newer resdiff that wrote it, or give another folder.' },
    );
  }
  if (value.formatVersion !== formatVersion) {
    throw damaged(`formatVersion is ${JSON.stringify(value.formatVersion)}, not ${formatVersion}`);
  }
  const problem = manifestShape(value, '');
  if (problem !== undefined) {
    throw damaged(problem);
  }
  const { checksum, ...manifest } = value;
  if (checksum !== checksumOf(manifest as JsonValue)) {
    throw damaged('its checksum is not that of its content');
  }
  return manifest as unknown as Manifest;
}

/**
 * The SHA-256 of what a file says in JSON, its checksum aside. A run trusts its manifest for what a
 * shard is, and receipts for how it came out, so a changed digit must not pass unseen.
 */
export function checksumOf(content: JsonValue): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** The text of manifest.json: the manifest and its checksum. */
export function manifestText(manifest: Manifest): string {
  const checksum = checksumOf(JSON.parse(JSON.stringify(manifest)) as JsonValue);
  return `${JSON.stringify({ ...manifest, checksum }, null, 2)}\n`;
}

/** Replaces the manifest in `folder` in one step: readers see the old one or the new one. */
export function writeManifest(folder: string, manifest: Manifest): void {
  writeFileAtomic(join(folder, manifestName), manifestText(manifest));
}
