import { planPipeline, readPipeline, runPipeline, type FinishedRun } from '@resdiff/experiments';
import { defaultRunFolder } from '@resdiff/runtime';
import { join, relative } from 'node:path';
import { counted, estimates, seconds, shellWords } from '../format.ts';
import { progressView } from '../progress.ts';
import { openTerminal, reportError, type Terminal, type TerminalOptions } from '../terminal.ts';

export interface RunCommandOptions extends TerminalOptions {
  readonly set: readonly string[];
  readonly workers: number;
  readonly out?: string | undefined;
  readonly shardSize?: number | undefined;
}

/** How many estimates the closing table shows. */
const MOST_ROWS = 24;

/** `resdiff run FILE`. Returns the exit code. */
export async function run(file: string, options: RunCommandOptions): Promise<number> {
  const terminal = openTerminal(options);
  const command = shellWords(['npx', 'resdiff', ...process.argv.slice(2)]);
  const progress = progressView(terminal);
  const stop = stopOnSignals(() => {
    progress.end();
    terminal.note('Stopping: the shards at work are finished first. Once more ends it at once.');
  });
  let warned = 0;
  try {
    const pipeline = readPipeline(file, options.set);
    const planned = planPipeline(pipeline, options.shardSize);
    const folder = options.out ?? defaultRunFolder(planned.plan);
    const workers = Math.min(options.workers, planned.plan.shards.length);
    terminal.note(`${pipeline.name}: ${counted(workers, 'worker')}, into ${folder}`);
    const finished = await runPipeline(pipeline, planned, {
      folder,
      workers,
      signal: stop.signal,
      command,
      onProgress: (state) => {
        for (const { id, reason } of state.damaged.slice(warned)) {
          terminal.warn(`Warning: the shard ${id} is computed again: ${reason}.`);
        }
        warned = state.damaged.length;
        if (state.resumed > 0 && state.done === state.resumed && state.done < state.total) {
          terminal.note(`Resuming: ${state.resumed} of ${state.total} shards are done already.`);
        }
        if (state.resumed < state.total) progress.update(state);
      },
      onMerged: () => {
        progress.end();
      },
    });
    close(finished, terminal);
    return 0;
  } catch (error) {
    progress.end();
    return reportError(error, terminal, command);
  } finally {
    stop.dispose();
  }
}

function close({ folder, unchanged, manifest, report }: FinishedRun, terminal: Terminal): void {
  const { summary, warnings, judged } = report;
  const { verdict } = summary;
  const files = [
    ...manifest.tables.map(({ file }) => file),
    ...manifest.artifacts.map(({ file }) => file),
    'manifest.json',
  ];
  const session = manifest.sessions.at(-1);
  terminal.say('');
  if (judged.length > 0) {
    terminal.say(estimates(judged.slice(0, MOST_ROWS)));
    if (judged.length > MOST_ROWS) {
      terminal.say(`... and ${judged.length - MOST_ROWS} more in summary.json`);
    }
    terminal.say('');
  }
  for (const warning of warnings) terminal.warn(`Warning: ${warning}`);
  terminal.say(`${verdictWords(verdict.agreement)}. ${verdict.text}`);
  terminal.say(
    unchanged
      ? `Nothing to do: ${folder} holds this run, complete and undamaged.`
      : `Took ${seconds(session?.seconds ?? 0)}, ${seconds(session?.cpuSeconds ?? 0)} of CPU time.`,
  );
  terminal.say(`Files in ${folder}: ${files.join(', ')}`);
  terminal.result({
    folder,
    unchanged,
    runId: manifest.runId,
    verdict,
    warnings,
    files: files.map((name) => relative('.', join(folder, name))),
    estimates: summary.estimates,
  });
}

function verdictWords(agreement: boolean | null): string {
  if (agreement === null) return 'No verdict';
  return agreement ? 'Agreement' : 'No agreement';
}

/** Turns Ctrl-C and SIGTERM into an abort; a second one ends the process at once. */
function stopOnSignals(onStop: () => void): { signal: AbortSignal; dispose: () => void } {
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
