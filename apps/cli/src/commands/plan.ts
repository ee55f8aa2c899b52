import { planPipeline, readPipeline } from '@resdiff/experiments';
import { defaultRunFolder, runId } from '@resdiff/runtime';
import { bytes, count, counted, seconds, table, words } from '../format.ts';
import { openTerminal, reportError, type TerminalOptions } from '../terminal.ts';

export interface PlanCommandOptions extends TerminalOptions {
  readonly set: readonly string[];
  readonly workers: number;
  readonly out?: string | undefined;
  readonly shardSize?: number | undefined;
}

/** Resident memory of the process and of each worker before any draw, bytes; from benchmarks/. */
const PROCESS_BYTES = 110 * 2 ** 20;
const WORKER_BYTES = 40 * 2 ** 20;
/** Bytes on disk of a row: in its shard, in the Arrow file, in the Parquet file. */
const ROW_BYTES = 21 + 21 + 5;

/** `resdiff plan FILE`: what a run would do, before anything runs. Returns the exit code. */
export function plan(file: string, options: PlanCommandOptions): number {
  const terminal = openTerminal(options);
  try {
    const pipeline = readPipeline(file, options.set);
    const { plan, shards } = planPipeline(pipeline, options.shardSize);
    const total = (key: 'shards' | 'rows' | 'normals' | 'seconds') =>
      shards.parts.reduce((sum, part) => sum + part[key], 0);
    const workers = Math.min(options.workers, plan.shards.length);
    const { report } = shards;
    const estimate = {
      cpuSeconds: total('seconds') + report.seconds,
      seconds: total('seconds') / workers + report.seconds,
      memoryBytes: PROCESS_BYTES + workers * (WORKER_BYTES + shards.workerBytes) + report.bytes,
      diskBytes: total('rows') * ROW_BYTES,
    };
    const rows = [
      ['part', 'shards', 'rows', 'normals', 'CPU time'],
      ...shards.parts.map((part) => [
        part.part,
        count(part.shards),
        count(part.rows),
        count(part.normals),
        seconds(part.seconds),
      ]),
      ['report', '', '', '', seconds(report.seconds)],
      [
        'total',
        count(total('shards')),
        count(total('rows')),
        count(total('normals')),
        seconds(estimate.cpuSeconds),
      ],
    ];
    const settings = Object.entries(pipeline.settings).map(
      ([key, value]) => `${key} = ${words(value)}`,
    );
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
      settings: pipeline.settings,
      runId: runId(plan),
      folder: options.out ?? defaultRunFolder(plan),
      workers,
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
