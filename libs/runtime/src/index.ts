export {
  detachedContext,
  ShardStopped,
  type ShardCheckpoint,
  type ShardContext,
} from './context.ts';
export type { FailurePolicy, RunProgress } from './computing.ts';
export {
  DiskFullError,
  isDiskFull,
  lastLine,
  messageOf,
  ReportedError,
  RunError,
  ShardFailedError,
  ShardsFailedError,
  StoppedError,
  systemCode,
  UserError,
  type ErrorDetails,
  type FailureKind,
  type NamedFailure,
} from './errors.ts';
export type {
  Executor,
  ExecutorRunOptions,
  ShardTask,
  ShardTimeout,
} from './executors/executor.ts';
export {
  chooseDevices,
  deviceKinds,
  kindOf,
  kindsOf,
  parseDevices,
  type DeviceKind,
  type DeviceProbe,
  type FoundDevice,
  type GpuKind,
} from './devices.ts';
export type { DeviceModule } from './executors/device-messages.ts';
export {
  devicesExecutor,
  type DeviceLoss,
  type DevicesExecutor,
  type DevicesOptions,
} from './executors/devices.ts';
export { probeDevices } from './executors/probe-devices.ts';
export { inlineExecutor } from './executors/inline.ts';
export { poolExecutor, type PoolOptions } from './executors/pool.ts';
export type { FailureRecord } from './failures.ts';
export { foundManifest, openFoundRun, openRunFolder, type RunFolder } from './folder.ts';
export {
  canonicalJson,
  isJsonObject,
  jsonDifferences,
  type JsonDifference,
  type JsonObject,
  type JsonValue,
} from './json.ts';
export type { ShardLink } from './link.ts';
export { lockFolder, readLock, type Lock, type LockOwner, type LockState } from './lock.ts';
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
export { overviewOf, type ClusterOverview, type Failure, type RunOverview } from './overview.ts';
export { checkPlan } from './check-plan.ts';
export { mergedSchema, tableFiles } from './merge.ts';
export { mergeRun, type MergeOptions } from './merge-run.ts';
export { suggestion } from './nearest.ts';
export type { Run, ShardNotes } from './opened-run.ts';
export {
  defaultRunFolder,
  runId,
  type PlanPoint,
  type PointValue,
  type RunIdentity,
  type RunPlan,
  type Shard,
} from './plan.ts';
export { idInPoint, originOf, shardTitle, type RunOrigin, type ShardOrigin } from './points.ts';
export { readRun, type CheckpointState, type RunStatus } from './read-run.ts';
export { executeRun, type RunOptions } from './run.ts';
export { refuseOtherColumns } from './shard-columns.ts';
export { verifyShards, type DamagedShard, type ShardReceipt } from './shard-store.ts';
export {
  DeviceLostError,
  serveShards,
  type ShardContent,
  type ShardFailure,
  type ShardOrder,
  type ShardOutcome,
  type ShardServer,
} from './worker.ts';
export { workOnShards, type WorkOptions, type WorkOutcome } from './work.ts';
export * from './slurm/index.ts';
