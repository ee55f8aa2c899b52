import { defaultRunFolder, runId } from '@resdiff/runtime';
import { bytes, count, counted, seconds, table, words } from '../format.ts';
import { planFile, type PlanningOptions } from '../planning.ts';
import { openTerminal, reportError, type TerminalOptions } from '../terminal.ts';

export interface PlanCommandOptions extends PlanningOptions, TerminalOptions {
  readonly workers: number;
  readonly out?: string | undefined;
}

/** Resident memory of the process and of each worker before any draw, bytes; from benchmarks/. */
const PROCESS_BYTES = 110 * 2 ** 20;
const WORKER_BYTES = 40 * 2 ** 20;

/** `resdiff plan FILE`: what a run would do, before anything runs. Returns the exit code. */
export async function plan(file: string, options: PlanCommandOptions): Promise<number> {
  const terminal = openTerminal(options);
  try {
    const { pipeline, planned } = await planFile(file, options);
    const { plan, shards, warnings } = planned;
    const total = (key: 'shards' | 'rows' | 'work' | 'seconds') =>
      shards.parts.reduce((sum, part) => sum + part[key], 0);
    const workers = Math.min(options.workers, plan.shards.length);
    const { report } = shards;
    const estimate = {
      cpuSeconds: total('seconds') + report.seconds,
      seconds: total('seconds') / workers + report.seconds,
      memoryBytes: PROCESS_BYTES + workers * (WORKER_BYTES + shards.workerBytes) + report.bytes,
      diskBytes: shards.diskBytes,
    };
    const rows = [
      ['part', 'shards', 'rows', shards.workUnit, 'CPU time'],
      ...shards.parts.map((part) => [
        part.part,
        count(part.shards),
        count(part.rows),
        count(part.work),
        seconds(part.seconds),
      ]),
      ['report', '', '', '', seconds(report.seconds)],
      [
        'total',
        count(total('shards')),
        count(total('rows')),
        count(total('work')),
        seconds(estimate.cpuSeconds),
      ],
    ];
    const settings = Object.entries(planned.settings).map(
      ([key, value]) => `${key} = ${words(value)}`,
    );
    for (const warning of warnings) terminal.warn(`Warning: ${warning}`);
    terminal.say(`${pipeline.name}: ${pipeline.description}`);
    terminal.say(`  ${settings.join(', ')}\n`);
    terminal.say(table(rows, 'lrrrr'));
    terminal.say(
      `\nWith ${counted(workers, 'worker')}: about ${seconds(estimate.seconds)}, ${bytes(estimate.memoryBytes)} of memory, ${bytes(estimate.diskBytes)} on disk.`,
    );
    terminal.say(`Run folder: ${options.out ?? defaultRunFolder(plan)}`);
    terminal.result({
      pipeline: pipeline.name,
      experiment: plan.experiment,
      settings: planned.settings,
      warnings,
      runId: runId(plan),
      folder: options.out ?? defaultRunFolder(plan),
      workers,
      workUnit: shards.workUnit,
      parts: shards.parts,
      report,
      estimate,
      shards: plan.shards.map(({ id, rows, cost }) => ({ id, rows, cost })),
    });
    return 0;
  } catch (error) {
    return reportError(error, terminal);
  }
}
