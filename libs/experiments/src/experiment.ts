import type { GpuKind, JsonValue, Run, Shard, ShardContent, ShardContext } from '@resdiff/runtime';
import type { TableSchema } from '@resdiff/tables';
import type { z } from 'zod';
import type { GpuUser } from './gpus.ts';
import type { Estimate, Summary } from './summary.ts';

/** The settings of a pipeline once resolved: defaults filled in, names canonical. */
export type Settings = { readonly [key: string]: JsonValue };

/** How a run is cut up, and what it takes. */
export interface ShardPlan {
  readonly shards: readonly Shard[];
  readonly parts: readonly PartCost[];
  /** What `work` of the parts counts, in the plural: `normals`, `steps`. */
  readonly workUnit: string;
  /** Working memory of a worker beyond that of the process itself, bytes. */
  readonly workerBytes: number;
  /** What the run leaves on disk: shards with their files and checkpoints, and the merged tables. */
  readonly diskBytes: number;
  /** What merging and the report take in one process, once the shards are done: CPU seconds, bytes. */
  readonly report: { readonly seconds: number; readonly bytes: number };
}

/** A part of the work, as `resdiff plan` lists it. */
export interface PartCost {
  readonly part: string;
  readonly shards: number;
  readonly rows: number;
  /** How much is to be done, in the plan's `workUnit`. */
  readonly work: number;
  /** Estimated CPU seconds on one core of a server of about 2023. */
  readonly seconds: number;
}

/** What is there for experiments that need more than their settings. */
export interface Environment {
  /** The folder with data sets that was named on the command line. */
  readonly dataFolder?: string;
}

/** The settings of a run with what they name looked up. */
export interface Resolution<Resolved extends Settings = Settings> {
  readonly settings: Resolved;
  /** Versions of what was found; they enter the run id, the manifest and the tables' metadata. */
  readonly versions: Readonly<Record<string, string>>;
  /** For a person: what was found instead of what was asked for. */
  readonly warnings: readonly string[];
}

/** What an experiment can do on GPUs. */
export interface GpuSupport<Resolved extends Settings = Settings> {
  /** What computes these settings there. */
  user(settings: Resolved): GpuUser;
  /** The kinds of GPUs that it can be computed on, the best first. */
  readonly kinds: readonly GpuKind[];
  /** Why these settings cannot be computed on GPUs of a kind, as a sentence; undefined if they can. */
  refusal(settings: Resolved, kind: GpuKind): string | undefined;
  /** Why these settings cannot be computed on the cpu; if left out, all can be. */
  cpuRefusal?(settings: Resolved): string | undefined;
}

/** The contents of files, by name. */
export type Artifacts = Readonly<Record<string, string | Uint8Array>>;

/** What a finished run says. */
export interface Report {
  readonly summary: Summary;
  /** The estimates that a person sees first. */
  readonly shown: readonly Estimate[];
  /** What of the summary they are, as a sentence; left out where they are all that theory is held against. */
  readonly selection?: string;
  /** The estimates that the verdict rests on: it says nothing of the z of others. */
  readonly judged: readonly Estimate[];
  /** For a person: what makes part of the results less than they seem. */
  readonly warnings: readonly string[];
  /** Makes the files beside the tables: figures, whose rendering takes longer than all else. */
  readonly artifacts: () => Promise<Artifacts>;
}

/**
 * An experiment: what its settings are, how its work is cut into shards, how a shard is computed,
 * and what the finished table says. It knows nothing of folders, workers or terminals.
 */
export interface Experiment<Resolved extends Settings = Settings> {
  readonly name: string;
  /** A line for users. */
  readonly description: string;
  /** Validates settings and fills in the defaults; every key has a description. */
  readonly settings: z.ZodType<Resolved>;
  /** The keys of `settings` with their descriptions, for help texts. */
  readonly keys: Readonly<Record<keyof Resolved & string, string>>;
  /** Whether it reads a data set, so that it matters where data sets are. */
  readonly usesData?: boolean;
  /** What GPUs it can be computed on; none if left out. */
  readonly gpus?: GpuSupport<Resolved>;
  table(settings: Resolved): TableSchema;
  /**
   * Looks up what the settings name, such as a data set, before the run is planned.
   *
   * @throws {UserError} if it is not there.
   */
  resolve?(settings: Resolved, environment: Environment): Promise<Resolution<Resolved>>;
  /** What a shard holds any number of, in the plural: `draws`. Without it shards have no size to set. */
  readonly shardUnit?: string;
  /**
   * @param shardSize how many `shardUnit` a shard holds; by default what suits.
   * @throws {UserError} if that would make more shards than a run can have.
   */
  plan(settings: Resolved, shardSize?: number): ShardPlan;
  /** In a worker thread, or in the process of a GPU: on the device of the context. */
  compute(
    settings: Resolved,
    task: JsonValue,
    context: ShardContext,
  ): ShardContent | Promise<ShardContent>;
  report(settings: Resolved, run: Pick<Run, 'batches' | 'notes'>): Promise<Report>;
  /**
   * The settings of one run that has the rows of all these points of a sweep, whose report and figure
   * then stand for all of them; undefined if there is none. The seed is that of any point.
   */
  joined?(points: readonly Resolved[]): Resolved | undefined;
}
