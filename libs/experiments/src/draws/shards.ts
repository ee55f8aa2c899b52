import { copiedInput } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import {
  collapsedCost,
  collapsedSampler,
  gaussianSampler,
  webgpuCollapsedSampler,
  type Draw,
  type NetworkDraws,
  type Sampler,
} from '@resdiff/sampler';
import type { Batch } from '@resdiff/tables';
import { drawRanges } from '../draw-ranges.ts';
import type { PartCost, ShardPlan } from '../experiment.ts';
import { kernelModule } from '../kernel-module.ts';
import { tableBytes } from '../table-bytes.ts';
import { drawnOnGpu, keptSampler } from '../webgpu.ts';
import {
  keptCoordinates,
  networkOf,
  processes,
  type DrawsSettings,
  type Process,
} from './settings.ts';
import { drawsTable, type DrawsTable } from './table.ts';
import { firstExplosion, limitPrediction } from './theory.ts';

/** A contiguous range of draws of one process. */
export interface DrawsTask {
  readonly [key: string]: string | number;
  readonly process: Process;
  readonly first: number;
  readonly count: number;
}

/** What a shard says beside its rows: how many draws left the finite numbers, by layer. */
export interface DrawsNotes {
  readonly [key: string]: Readonly<Record<string, number>>;
  /** Draws by the number of the layer after which their states were not finite. */
  readonly diverged: Readonly<Record<string, number>>;
}

/** CPU seconds that a shard aims at: long beside its overheads, short beside a person's patience. */
const SHARD_SECONDS = 0.4;
/** CPU seconds and bytes of a row in its shard, and of a draw of the limit. */
const ROW_SECONDS = 2e-7;
const ROW_BYTES = 64;
/** CPU seconds and bytes of a row in the merged tables and the report, and seconds of the figure. */
const REPORT_ROW_SECONDS = 1.4e-6;
const REPORT_ROW_BYTES = 16;
const FIGURE_SECONDS = 0.7;
/** Bytes of a row in Parquet: its value, and little for what repeats. */
const PARQUET_ROW_BYTES = 5;
const LIMIT_SECONDS = 4e-8;

export function planDraws(settings: DrawsSettings, shardSize?: number): ShardPlan {
  const perDraw = settings.processes.map((process) => ({
    process,
    ...drawCost(settings, process),
  }));
  const rowsPerDraw = settings.inputs.length * keptCoordinates(settings);
  const cut = perDraw.map(({ process, seconds, normals }) => {
    const work = { draws: settings.draws, seconds, rowsPerDraw };
    const tasks = drawRanges(work, shardSize, { seconds: SHARD_SECONDS }).map(
      (range): DrawsTask => ({ process, ...range }),
    );
    const shards = tasks.map((task) => ({
      id: `${process}-${String(task.first).padStart(10, '0')}`,
      task,
      rows: task.count * rowsPerDraw,
      cost: task.count * seconds,
    }));
    const part: PartCost = {
      part: process,
      shards: shards.length,
      rows: settings.draws * rowsPerDraw,
      work: settings.draws * normals,
      seconds: settings.draws * seconds,
    };
    return { shards, part, rows: shards[0].rows };
  });
  const rows = cut.reduce((sum, { part }) => sum + part.rows, 0);
  return {
    shards: cut.flatMap(({ shards }) => shards),
    parts: cut.map(({ part }) => part),
    workUnit: 'normals',
    workerBytes:
      Math.max(...cut.map(({ rows }) => rows * ROW_BYTES)) +
      Math.max(...perDraw.map(({ bytes }) => bytes)),
    diskBytes: tableBytes(drawsTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: {
      seconds: FIGURE_SECONDS + rows * REPORT_ROW_SECONDS,
      bytes: rows * REPORT_ROW_BYTES,
    },
  };
}

/** What one draw of a process takes, its rows included. */
function drawCost(settings: DrawsSettings, process: Process) {
  const rows = settings.inputs.length * keptCoordinates(settings);
  const cost =
    process === 'limit'
      ? { normals: rows, seconds: rows * LIMIT_SECONDS * settings.inputs.length, bytes: 8 * rows }
      : collapsedCost(networkDraws(settings, process));
  return { ...cost, seconds: cost.seconds + rows * ROW_SECONDS };
}

export function computeDraws(
  settings: DrawsSettings,
  { process, first, count }: DrawsTask,
): ShardContent {
  const sampler = samplerOf(settings, process);
  const shard = new DrawsShard(settings, count);
  for (let i = 0; i < count; i++) shard.add(sampler.draw(first + i));
  return shard.content(process, first);
}

/** The same on the WebGPU device of the context; the limit, whose draws take no time, as ever. */
export async function computeDrawsOnGpu(
  settings: DrawsSettings,
  task: DrawsTask,
  context: ShardContext,
): Promise<ShardContent> {
  const { process, first, count } = task;
  if (process === 'limit') return computeDraws(settings, task);
  const key = JSON.stringify(['draws', settings, process]);
  const sampler = await keptSampler(context.device, key, (device) =>
    webgpuCollapsedSampler(device, networkDraws(settings, process)),
  );
  const shard = new DrawsShard(settings, count);
  for await (const draw of drawnOnGpu(sampler, { first, count }, context)) shard.add(draw);
  return shard.content(process, first);
}

/** The draws of a shard, one after another. */
class DrawsShard {
  readonly #settings: DrawsSettings;
  readonly #values: Float32Array;
  readonly #diverged: Record<string, number> = {};
  #end = 0;

  constructor(settings: DrawsSettings, count: number) {
    this.#settings = settings;
    this.#values = new Float32Array(count * settings.inputs.length * keptCoordinates(settings));
  }

  add({ states, divergedAt = lastLayerIfLost(states, this.#settings) }: Draw): void {
    this.#values.set(divergedAt === undefined ? states : states.fill(NaN), this.#end);
    this.#end += states.length;
    if (divergedAt === undefined) return;
    this.#diverged[divergedAt] = (this.#diverged[divergedAt] ?? 0) + 1;
  }

  content(process: Process, first: number): ShardContent {
    const notes: DrawsNotes = { diverged: this.#diverged };
    return { batches: [observations(this.#settings, process, first, this.#values)], notes };
  }
}

/** The limit has no layers, but its draws may still be too large for f32. */
function lastLayerIfLost(states: Float32Array, { depth }: DrawsSettings): number | undefined {
  return states.every(Number.isFinite) ? undefined : depth;
}

function samplerOf(settings: DrawsSettings, process: Process): Sampler {
  if (process !== 'limit') return collapsedSampler(kernelModule(), networkDraws(settings, process));
  const prediction = limitPrediction(settings);
  if (!prediction) return explodedLimit(settings);
  return gaussianSampler(kernelModule(), {
    ...prediction.law,
    key: seedKey(settings.seed),
    stream: streams.limit,
    keep: keptCoordinates(settings),
  });
}

/** The limit at a time that it does not reach: no draw has a finite state. */
function explodedLimit(settings: DrawsSettings): Sampler {
  const { T, depth, inputs } = settings;
  const divergedAt = Math.min(depth, Math.ceil((firstExplosion(settings) / T) * depth));
  const states = new Float32Array(inputs.length * keptCoordinates(settings)).fill(NaN);
  const draw: Draw = { states, divergedAt };
  return { draw: () => draw };
}

function networkDraws(settings: DrawsSettings, process: 'resnet' | 'sde'): NetworkDraws {
  return {
    network: networkOf(settings),
    increment: process === 'resnet' ? 'recursion' : 'euler',
    initial: settings.inputs.map((z) => copiedInput(z, settings.width)),
    key: seedKey(settings.seed),
    stream: streams[process],
    keep: keptCoordinates(settings),
  };
}

/** The table's rows for values that are ordered by draw, input, coordinate. */
function observations(
  settings: DrawsSettings,
  process: Process,
  firstDraw: number,
  value: Float32Array,
): Batch<DrawsTable> {
  const { inputs } = settings;
  const kept = keptCoordinates(settings);
  const rows = value.length;
  const draw = new Int32Array(rows);
  const input = new Int16Array(rows);
  const z = new Float64Array(rows);
  const coordinate = new Int16Array(rows);
  for (let row = 0; row < rows;) {
    const index = firstDraw + row / (inputs.length * kept);
    for (let i = 0; i < inputs.length; i++) {
      draw.fill(index, row, row + kept);
      input.fill(i, row, row + kept);
      z.fill(inputs[i], row, row + kept);
      for (let d = 0; d < kept; d++) coordinate[row + d] = d;
      row += kept;
    }
  }
  const columns = {
    process: new Uint8Array(rows).fill(processes.indexOf(process)),
    draw,
    input,
    z,
    coordinate,
    value,
  };
  return { rows, columns };
}
