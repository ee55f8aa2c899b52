import type { FinishedRun, Report } from '@resdiff/experiments';
import { isDone, type RunProgress } from '@resdiff/runtime';
import { join, relative } from 'node:path';
import { estimates, seconds } from './format.ts';
import type { Terminal } from './terminal.ts';

/** How many estimates the closing table shows. */
const MOST_ROWS = 24;

/** Says what earlier sessions left, and what of it cannot be used. */
export function sayWhatWasFound(
  { damaged, damagedCheckpoints, resumed, continued, total }: RunProgress,
  terminal: Terminal,
): void {
  sayWarnings(
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

export function sayWarnings(warnings: readonly string[], terminal: Terminal): void {
  for (const warning of warnings) terminal.warn(`Warning: ${warning}`);
}

/**
 * Closes a run for the person at the terminal, or for the program.
 *
 * @param said how many of the report's warnings have been printed already.
 */
export function sayReport(
  { folder, unchanged, manifest, report }: FinishedRun,
  said: number,
  terminal: Terminal,
): void {
  const { summary, warnings } = report;
  const { verdict } = summary;
  const files = [
    ...manifest.tables.map(({ file }) => file),
    ...manifest.artifacts.map(({ file }) => file),
    'manifest.json',
    ...(manifest.shards.some((shard) => isDone(shard) && shard.files) ? ['files'] : []),
  ];
  const session = manifest.sessions.at(-1);
  terminal.say('');
  sayEstimates(report, terminal);
  sayWarnings(warnings.slice(said), terminal);
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

/** Prints what a person sees first, what of the whole it is, and which of it no verdict rests on. */
export function sayEstimates(
  { shown, selection, judged }: Pick<Report, 'shown' | 'selection' | 'judged'>,
  terminal: Pick<Terminal, 'say'>,
): void {
  if (shown.length === 0) return;
  const rows = shown.slice(0, MOST_ROWS);
  const isJudged = new Set(judged);
  terminal.say(estimates(rows, isJudged));
  if (shown.length > MOST_ROWS) {
    terminal.say(`... and ${shown.length - MOST_ROWS} more in summary.json`);
  }
  if (selection !== undefined) terminal.say(selection);
  if (rows.some((each) => each.z !== null && !isJudged.has(each))) {
    terminal.say(
      'A z in brackets is not judged: theory is not exact at that size, or draws are too few or lost.',
    );
  }
  terminal.say('');
}

function verdictWords(agreement: boolean | null): string {
  if (agreement === null) return 'No verdict';
  return agreement ? 'Agreement' : 'No agreement';
}
