import { overviewOf, type ClusterOverview, type RunOverview } from '@resdiff/runtime';
import { setTimeout as pause } from 'node:timers/promises';
import { commandLine, count, counted, seconds, shellWords, table } from '../format.ts';
import { openTerminal, reportError, type TerminalOptions } from '../terminal.ts';

export interface StatusCommandOptions extends TerminalOptions {
  readonly watch?: true | undefined;
}

const WATCH_SECONDS = 2;
/** How many failures are listed. */
const MOST_FAILURES = 10;

/** `resdiff status RUN`. Returns the exit code. */
export async function status(folder: string, options: StatusCommandOptions): Promise<number> {
  const terminal = openTerminal(options);
  const clears = options.watch && process.stdout.isTTY && !terminal.json;
  try {
    for (;;) {
      const overview = await overviewOf(folder);
      terminal.say(`${clears ? CLEAR : ''}${inWords(overview)}`);
      terminal.result(overview);
      if (!options.watch || !['working', 'waiting'].includes(overview.state)) return 0;
      await pause(WATCH_SECONDS * 1000);
      if (!clears) terminal.say('');
    }
  } catch (error) {
    return reportError(error, terminal, commandLine());
  }
}

/** Moves to the top left of a terminal and empties it. */
const CLEAR = '\x1b[H\x1b[2J';

const states: Readonly<Record<RunOverview['state'], string>> = {
  working: 'at work',
  waiting: 'waiting to start',
  computed: 'computed, not merged yet',
  complete: 'complete',
  partial: 'merged in part',
  failed: 'failed',
  stopped: 'stopped',
};

function inWords(overview: RunOverview): string {
  const { folder, pipeline, experiment, state, shards, points, failures, cluster } = overview;
  const percent = Math.floor(100 * overview.fraction);
  const rows = [
    ['done', count(shards.done), `of ${counted(shards.total, 'shard')}, ${percent} % of the work`],
    ['running', count(shards.running), paceInWords(overview)],
    ['waiting', count(shards.waiting), ''],
    ['failed', count(shards.failed), ''],
  ];
  return [
    `${folder}: ${pipeline} (${experiment}), ${states[state]}`,
    table(rows, 'lrl'),
    ...(points ? [`points ${count(points.done)} of ${count(points.total)} whole`] : []),
    ...(overview.process ? [`process ${overview.process.pid} on ${overview.process.host}`] : []),
    ...(cluster ? clusterInWords(cluster) : []),
    ...failures.slice(0, MOST_FAILURES).map(({ what, error }) => `failed: ${what}: ${error}`),
    ...(failures.length > MOST_FAILURES
      ? [`... and ${failures.length - MOST_FAILURES} more failures`]
      : []),
    ...remedy(overview),
  ].join('\n');
}

function paceInWords({ state, rate, secondsLeft }: RunOverview): string {
  if (state !== 'working') return '';
  const left = secondsLeft === undefined ? [] : [`about ${seconds(secondsLeft)} left`];
  return [...(rate === undefined ? [] : [pace(rate)]), ...left].join(', ');
}

function pace(rate: number): string {
  return rate >= 1 ? `${rate.toFixed(1)} shards/s` : `${(60 * rate).toFixed(1)} shards/min`;
}

function clusterInWords(cluster: ClusterOverview): string[] {
  const { arrayJob = 'not submitted', mergeJob, tasks, merge, reasons, unreachable } = cluster;
  const why = reasons.length > 0 ? ` (${reasons.join(', ')})` : '';
  const merging = mergeJob === undefined ? '' : `, merge job ${mergeJob} ${merge ?? 'ended'}`;
  const line = `Slurm job ${arrayJob}: ${counted(tasks.total, 'task')}, ${tasks.running} running, ${tasks.waiting} waiting${why}, ${tasks.ended} ended${merging}`;
  return unreachable === undefined
    ? [line]
    : [line, `Slurm cannot be asked, so this is what the tasks said last: ${unreachable}`];
}

/** What a person can do about it. */
function remedy({ state, folder, shards }: RunOverview): string[] {
  const command = (...words: string[]) => `  ${shellWords(['npx', 'resdiff', ...words, folder])}`;
  if (state === 'computed') return [command('merge')];
  if (state === 'partial') return [command('resume')];
  if (state !== 'failed' && state !== 'stopped') return [];
  return [command('resume'), ...(shards.done > 0 ? [command('merge', '--partial')] : [])];
}
