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
