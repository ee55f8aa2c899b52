export type {
  Environment,
  Experiment,
  PartCost,
  Report,
  Resolution,
  Settings,
  ShardPlan,
} from './experiment.ts';
export { checkEngines, type EngineCheck } from './check-engines.ts';
export { checkKernel } from './check-kernel.ts';
export {
  planPipeline,
  readPipeline,
  type Pipeline,
  type PipelineOptions,
  type PlannedRun,
  type PlanOptions,
} from './pipeline.ts';
export { experiments, findExperiment } from './registry.ts';
export { runPipeline, type FinishedRun, type RunPipelineOptions } from './run-pipeline.ts';
export type { Coordinates, Estimate, Summary, Verdict } from './summary.ts';
export { version } from './version.ts';
