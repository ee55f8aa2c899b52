export type {
  Environment,
  Experiment,
  PartCost,
  Report,
  Resolution,
  Settings,
  ShardPlan,
} from './experiment.ts';
export { mergeFolder, type MergeFolderOptions } from './cluster/merge-folder.ts';
export {
  planPipelineSubmission,
  refuseIfSubmitted,
  submitPipeline,
  type SubmitOptions,
  type SubmittedRun,
} from './cluster/submit-pipeline.ts';
export { workOnTask, type TaskOptions, type TaskOutcome } from './cluster/work-on-task.ts';
export { checkEngines, type EngineCheck } from './check-engines.ts';
export { checkKernel } from './check-kernel.ts';
export { checkDevices, devicesForRun, findGpus, type DeviceRequest } from './devices.ts';
export { readPipeline, type Pipeline, type PipelineOptions } from './pipeline.ts';
export { planFromManifest, type ManifestOptions, type ManifestRun } from './plan-from-manifest.ts';
export {
  planPipeline,
  type PlannedRun,
  type PlanOptions,
  type RunnableRun,
} from './plan-pipeline.ts';
export { experiments, findExperiment } from './registry.ts';
export {
  finishRun,
  runExecutor,
  runPipeline,
  type FinishedRun,
  type RunnablePipeline,
  type RunPipelineOptions,
} from './run-pipeline.ts';
export type { Coordinates, Estimate, Summary, Verdict } from './summary.ts';
export { planSweep, type SweepOptions } from './sweep/plan-sweep.ts';
export { sweepPoints, type SweepPoints } from './sweep/planned-points.ts';
export type { Grid } from './sweep/points.ts';
export type { AbsentPoint, SweepReport, SweepSummary } from './sweep/report-sweep.ts';
export { version } from './version.ts';
export { parseYaml } from './yaml-text.ts';
