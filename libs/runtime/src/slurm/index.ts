export { parseSlurmTime } from './durations.ts';
export { isActive, type JobPhase, type JobState } from './job-states.ts';
export {
  defaultJobDuration,
  defaultSignalSeconds,
  mergeSlurmOptions,
  validateSlurmOptions,
  type SlurmOptions,
} from './options.ts';
export { packJobs, type PackedJob, type PackingOptions } from './pack-jobs.ts';
export { shellWord } from './quoting.ts';
export { moreToDo } from './scripts.ts';
export { Slurm, SlurmUnreachableError, type SlurmConfig } from './slurm.ts';
export {
  lastLogLine,
  latestSubmission,
  logFile,
  readSubmission,
  shardsOfTask,
  submissionFolder,
  submissionNumbers,
  type Submission,
  type SubmissionCommands,
} from './submission.ts';
export {
  activeSubmission,
  cancelSubmission,
  defaultSlurmConfig,
  planSubmission,
  submissionState,
  submitRun,
  type PlannedSubmission,
  type SubmissionRequest,
  type SubmissionState,
} from './submit.ts';
export { readTaskStates, taskAttempt, writeTaskState, type TaskState } from './task-state.ts';
