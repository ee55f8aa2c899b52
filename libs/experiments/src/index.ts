export type { Experiment, PartCost, Report, Settings, ShardPlan } from './experiment.ts';
export { checkKernel } from './check-kernel.ts';
export { planPipeline, readPipeline, type Pipeline, type PlannedRun } from './pipeline.ts';
export { experiments, findExperiment } from './registry.ts';
export { runPipeline, type FinishedRun, type RunPipelineOptions } from './run-pipeline.ts';
export type { Coordinates, Estimate, Summary, Verdict } from './summary.ts';
export { version } from './version.ts';
