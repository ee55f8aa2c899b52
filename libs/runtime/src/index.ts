export {
  detachedContext,
  ShardStopped,
  type ShardCheckpoint,
  type ShardContext,
} from './context.ts';
export {
  DiskFullError,
  messageOf,
  ReportedError,
  RunError,
  StoppedError,
  UserError,
  type ErrorDetails,
} from './errors.ts';
export type { Executor, ExecutorRunOptions, ShardTask } from './executors/executor.ts';
export { inlineExecutor } from './executors/inline.ts';
export { poolExecutor, type PoolOptions } from './executors/pool.ts';
export { openRunFolder, type RunFolder } from './folder.ts';
export { canonicalJson, jsonDifferences, type JsonDifference, type JsonValue } from './json.ts';
export type { ShardLink } from './link.ts';
export { lockFolder, type Lock, type LockOwner } from './lock.ts';
export { describeMachine, type Machine } from './machine.ts';
export {
  isDone,
  parseManifest,
  readManifest,
  type FileRecord,
  type Manifest,
  type ManifestShard,
  type Session,
  type ShardResult,
  type TableRecord,
} from './manifest.ts';
export { defaultRunFolder, runId, type RunPlan, type Shard } from './plan.ts';
export { executeRun, type Run, type RunOptions, type RunProgress, type ShardNotes } from './run.ts';
export { verifyShards, type DamagedShard, type ShardReceipt } from './shard-store.ts';
export {
  serveShards,
  type ShardContent,
  type ShardFailure,
  type ShardOrder,
  type ShardOutcome,
  type ShardServer,
} from './worker.ts';
