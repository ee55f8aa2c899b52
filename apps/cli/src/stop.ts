/** Turns Ctrl-C and SIGTERM into an abort; a second one ends the process at once. */
export function stopOnSignals(onStop: () => void): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    onStop();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    dispose: () => process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}

/**
 * Turns the signals by which Slurm tells a task to end into an abort: SIGUSR1 before the time limit,
 * SIGTERM when it is preempted or cancelled. Further ones change nothing: Slurm kills what takes too
 * long.
 */
export function stopForSlurm(onStop: () => void): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) return;
    controller.abort();
    onStop();
  };
  process.on('SIGUSR1', stop).on('SIGTERM', stop).on('SIGINT', stop);
  return controller.signal;
}
