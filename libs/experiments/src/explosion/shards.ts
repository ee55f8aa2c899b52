import { activationNames, copiedInput } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import { collapsedCost, trajectorySampler, type NetworkDraws } from '@resdiff/sampler';
import { nullableColumn, type Batch } from '@resdiff/tables';
import { drawRanges, type DrawRange } from '../draw-ranges.ts';
import type { ShardPlan } from '../experiment.ts';
import { kernelModule } from '../kernel-module.ts';
import { partsBySize } from '../size-parts.ts';
import { tableBytes } from '../table-bytes.ts';
import { refuseTooManyRows } from '../table-rows.ts';
import { passingTime } from './passing.ts';
import { casesOf, networkOf, processes, type Case, type ExplosionSettings } from './settings.ts';
import { explosionTable, type ExplosionTable } from './table.ts';

/** A contiguous range of draws of a case, which is numbered as in `casesOf`. */
export interface ExplosionTask extends DrawRange {
  readonly [key: string]: number;
  readonly case: number;
}

/** CPU seconds of a coordinate that is squared, and of a row in the merged tables and the report. */
const SQUARE_SECONDS = 2e-9;
const REPORT_ROW_SECONDS = 3e-6;
const REPORT_ROW_BYTES = 16;
const FIGURE_SECONDS = 2;
/** CPU seconds of a layer of the mean field of a network. */
const MEAN_FIELD_SECONDS = 1e-3;
const PARQUET_ROW_BYTES = 10;

export function planExplosion(settings: ExplosionSettings, shardSize?: number): ShardPlan {
  const { draws, thresholds } = settings;
  const perDraw = thresholds.length;
  const cases = casesOf(settings).map((each, index) => {
    const { size, process, activation } = each;
    const cost = collapsedCost(networkDraws(settings, each));
    const seconds = cost.seconds + size * size * SQUARE_SECONDS;
    const shards = drawRanges({ draws, seconds, rowsPerDraw: perDraw }, shardSize).map(
      ({ first, count }) => {
        const task: ExplosionTask = { case: index, first, count };
        return {
          id: `${size}-${process}-${activation}-${settings.inputs.indexOf(each.z)}-${String(first).padStart(10, '0')}`,
          task,
          rows: count * perDraw,
          cost: count * seconds,
        };
      },
    );
    return { size, shards, seconds, normals: cost.normals, bytes: cost.bytes };
  });
  const rows = cases.length * draws * perDraw;
  refuseTooManyRows(rows);
  return {
    shards: cases.flatMap(({ shards }) => shards),
    parts: partsBySize(cases, { draws, rowsPerDraw: perDraw }),
    workUnit: 'normals',
    workerBytes:
      Math.max(...cases.map(({ bytes }) => bytes)) + 64 * Math.max(...cases.map(largestShard)),
    diskBytes: tableBytes(explosionTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: {
      seconds:
        FIGURE_SECONDS +
        rows * REPORT_ROW_SECONDS +
        cases.reduce((sum, { size }) => sum + size, 0) * MEAN_FIELD_SECONDS,
      bytes: rows * REPORT_ROW_BYTES,
    },
  };
}

function largestShard({ shards }: { readonly shards: readonly { readonly rows: number }[] }) {
  return Math.max(...shards.map(({ rows }) => rows));
}

export function computeExplosion(
  settings: ExplosionSettings,
  { case: index, first, count }: ExplosionTask,
  context: ShardContext,
): ShardContent {
  const own = casesOf(settings)[index];
  const { thresholds } = settings;
  const draws = networkDraws(settings, own);
  const { depth, width, T } = draws.network;
  const sampler = trajectorySampler(kernelModule(), {
    ...draws,
    layers: Array.from({ length: depth + 1 }, (_, layer) => layer),
    statistics: { square: (x) => x.reduce((sum, value) => sum + value * value, 0) / width },
  });
  const time: (number | null)[] = [];
  for (let i = 0; i < count; i++) {
    context.signal.throwIfAborted();
    const { values, divergedAt } = sampler.draw(first + i);
    if (divergedAt !== undefined) values.square.fill(Infinity, divergedAt);
    for (const threshold of thresholds) {
      time.push(passingTime(values.square, threshold, T / depth));
    }
    context.progress((i + 1) / count);
  }
  return { batches: [passings(settings, own, first, time)] };
}

function networkDraws(settings: ExplosionSettings, own: Case): NetworkDraws {
  return {
    network: networkOf(settings, own),
    increment: own.process === 'resnet' ? 'recursion' : 'euler',
    initial: [copiedInput(own.z, own.size)],
    key: seedKey(settings.seed),
    stream: streams[own.process],
    keep: 1,
  };
}

/** The table's rows for times that are ordered by draw, threshold. */
function passings(
  { thresholds }: ExplosionSettings,
  { process, activation, z, size }: Case,
  first: number,
  time: readonly (number | null)[],
): Batch<ExplosionTable> {
  const rows = time.length;
  return {
    rows,
    columns: {
      process: new Uint8Array(rows).fill(processes.indexOf(process)),
      activation: new Uint8Array(rows).fill(activationNames.indexOf(activation)),
      z: new Float64Array(rows).fill(z),
      size: new Int32Array(rows).fill(size),
      draw: Int32Array.from(time, (_, row) => first + Math.floor(row / thresholds.length)),
      threshold: Float64Array.from(time, (_, row) => thresholds[row % thresholds.length]),
      time: nullableColumn('float64', time),
    },
  };
}
