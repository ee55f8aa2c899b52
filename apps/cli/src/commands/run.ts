import { runPipeline, type FinishedRun } from '@resdiff/experiments';
import { defaultRunFolder, isDone, type RunProgress } from '@resdiff/runtime';
import { join, relative } from 'node:path';
import { commandLine, counted, estimates, seconds } from '../format.ts';
import { planFile, type PlanningOptions } from '../planning.ts';
import { progressView } from '../progress.ts';
import { stopOnSignals } from '../stop.ts';
import { openTerminal, reportError, type Terminal, type TerminalOptions } from '../terminal.ts';

export interface RunCommandOptions extends PlanningOptions, TerminalOptions {
  readonly workers: number;
  readonly out?: string | undefined;
}

/** How many estimates the closing table shows. */
const MOST_ROWS = 24;

/** `resdiff run FILE`. Returns the exit code. */
export async function run(file: string, options: RunCommandOptions): Promise<number> {
  const terminal = openTerminal(options);
  const command = commandLine();
  const progress = progressView(terminal);
  const stop = stopOnSignals(() => {
    progress.end();
    terminal.note(
      'Stopping: the shards at work finish or write a checkpoint first. Once more ends it at once.',
    );
  });
  let begun = false;
  try {
    const { pipeline, planned } = await planFile(file, options);
    const folder = options.out ?? defaultRunFolder(planned.plan);
    const workers = Math.min(options.workers, planned.mostWorkers);
    terminal.note(`${pipeline.name}: ${counted(workers, 'worker')}, into ${folder}`);
    warn(planned.warnings, terminal);
    const finished = await runPipeline(pipeline, planned, {
      folder,
      workers,
      signal: stop.signal,
      command,
      onProgress: (state) => {
        if (!begun) sayWhatWasFound(state, terminal);
        begun = true;
        if (state.resumed < state.total) progress.update(state);
      },
      onMerged: () => {
        progress.end();
      },
    });
    close(finished, planned.warnings.length, terminal);
    return 0;
  } catch (error) {
    progress.end();
    return reportError(error, terminal, command);
  } finally {
    stop.dispose();
  }
}

/** Says what earlier sessions left, and what of it cannot be used. */
function sayWhatWasFound(
  { damaged, damagedCheckpoints, resumed, continued, total }: RunProgress,
  terminal: Terminal,
): void {
  warn(
    [
      ...damaged.map(({ id, reason }) => `the shard ${id} is computed again: ${reason}.`),
      ...damagedCheckpoints.map(
        ({ id, reason }) => `the shard ${id} starts from its beginning: ${reason}.`,
      ),
    ],
    terminal,
  );
  if (resumed === total || resumed + continued === 0) return;
  const goingOn = continued > 0 ? `, ${continued} more go on from a checkpoint` : '';
  terminal.note(`Resuming: ${resumed} of ${total} shards are done already${goingOn}.`);
}

function warn(warnings: readonly string[], terminal: Terminal): void {
  for (const warning of warnings) terminal.warn(`Warning: ${warning}`);
}

/** @param said how many of the report's warnings have been printed already. */
function close(
  { folder, unchanged, manifest, report }: FinishedRun,
  said: number,
  terminal: Terminal,
): void {
  const { summary, warnings, shown } = report;
  const { verdict } = summary;
  const files = [
    ...manifest.tables.map(({ file }) => file),
    ...manifest.artifacts.map(({ file }) => file),
    'manifest.json',
    ...(manifest.shards.some((shard) => isDone(shard) && shard.files) ? ['files'] : []),
  ];
  const session = manifest.sessions.at(-1);
  terminal.say('');
  if (shown.length > 0) {
    terminal.say(estimates(shown.slice(0, MOST_ROWS)));
    if (shown.length > MOST_ROWS) {
      terminal.say(`... and ${shown.length - MOST_ROWS} more in summary.json`);
    }
    terminal.say('');
  }
  warn(warnings.slice(said), terminal);
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
