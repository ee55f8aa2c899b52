import { activationNames, copiedInput } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import { collapsedCost, type DrawCost, type FunctionMethod } from '@resdiff/sampler';
import type { Batch } from '@resdiff/tables';
import { drawRanges } from '../draw-ranges.ts';
import type { ShardPlan } from '../experiment.ts';
import { tableBytes } from '../table-bytes.ts';
import { refuseTooManyRows } from '../table-rows.ts';
import { drawnOnGpu } from '../webgpu.ts';
import { curveInputs, networksOf, tableInputs, type FunctionNetwork } from './networks.ts';
import { gpuFunctions, keptNetworkFunctions, type FunctionDraw } from './sampler.ts';
import type { FunctionsSettings } from './settings.ts';
import { functionsTable, grids, type FunctionsTable } from './table.ts';

/** A contiguous range of draws of one network. */
export interface FunctionsTask {
  readonly [key: string]: string | number;
  readonly activation: string;
  readonly depth: number;
  readonly width: number;
  readonly first: number;
  readonly count: number;
}

/** What a shard says beside its rows. */
export interface FunctionsNotes {
  readonly [key: string]: FunctionMethod | Readonly<Record<string, number>>;
  /** How the functions were drawn; with the interpolation error that was found. */
  readonly method: FunctionMethod;
  /** Draws by the number of the layer after which their states were not finite. */
  readonly diverged: Readonly<Record<string, number>>;
}

/** Chebyshev nodes that smooth functions take, more or less. */
const ASSUMED_NODES = 8;
/** CPU seconds and bytes of a row in its shard, in the merged tables and in the report. */
const ROW_SECONDS = 2e-7;
const ROW_BYTES = 64;
const REPORT_ROW_SECONDS = 1.5e-6;
const REPORT_ROW_BYTES = 16;
/** CPU seconds of a panel of the figure with its theory. */
const PANEL_SECONDS = 0.2;
/** Bytes of a row in Parquet: its value, and little for what repeats. */
const PARQUET_ROW_BYTES = 5;

export function planFunctions(settings: FunctionsSettings, shardSize?: number): ShardPlan {
  const networks = networksOf(settings);
  const cut = networks.map((network) => cutNetwork(settings, network, shardSize));
  const rows = cut.reduce((sum, { part }) => sum + part.rows, 0);
  refuseTooManyRows(rows);
  return {
    shards: cut.flatMap(({ shards }) => shards),
    parts: cut.map(({ part }) => part),
    workUnit: 'normals',
    workerBytes: Math.max(
      ...cut.map(({ shards, bytes }) => bytes + ROW_BYTES * Math.max(...shards.map((s) => s.rows))),
    ),
    diskBytes: tableBytes(functionsTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: {
      seconds: networks.length * PANEL_SECONDS + rows * REPORT_ROW_SECONDS,
      bytes: rows * REPORT_ROW_BYTES,
    },
  };
}

function cutNetwork(settings: FunctionsSettings, network: FunctionNetwork, shardSize?: number) {
  const { draws, points, tablePoints } = settings;
  const { activation, depth, width } = network;
  const curves = Math.min(settings.curves, draws);
  const whole = drawCost(settings, network, points);
  const short = drawCost(settings, network, tablePoints);
  const rowsOf = (first: number, count: number) =>
    count * tablePoints + wholeFunctions(settings, first, count) * points;
  const costOf = (first: number, count: number, of: (cost: DrawCost) => number) => {
    const slow = wholeFunctions(settings, first, count);
    return slow * of(whole) + (count - slow) * of(short);
  };
  const secondsOf = (first: number, count: number) =>
    costOf(first, count, ({ seconds }) => seconds) + rowsOf(first, count) * ROW_SECONDS;
  // Whole functions are cut by themselves where they take longer than others.
  const apart = shardSize === undefined && whole.seconds > 2 * short.seconds ? curves : 0;
  /** From one draw to another, all of which take as long as the one that is like them. */
  const cut = (from: number, to: number, like: number) => {
    const work = { draws: to - from, seconds: secondsOf(like, 1), rowsPerDraw: rowsOf(like, 1) };
    return drawRanges(work, shardSize).map(({ first, count }) => ({ first: from + first, count }));
  };
  const ranges = [...cut(0, apart, 0), ...cut(apart, draws, curves)];
  const shards = ranges.map(({ first, count }) => {
    const task: FunctionsTask = { activation: activation.name, depth, width, first, count };
    return {
      id: `${activation.name}-${depth}-${width}-${String(first).padStart(10, '0')}`,
      task,
      rows: rowsOf(first, count),
      cost: secondsOf(first, count),
    };
  });
  const part = {
    part: `${activation.name}, L = ${depth}, D = ${width}`,
    shards: shards.length,
    rows: rowsOf(0, draws),
    work: costOf(0, draws, ({ normals }) => normals),
    seconds: secondsOf(0, draws),
  };
  return { shards, part, bytes: whole.bytes + short.bytes };
}

/** How many of these draws are kept as whole functions. */
function wholeFunctions({ curves }: FunctionsSettings, first: number, count: number): number {
  return Math.max(0, Math.min(first + count, curves) - first);
}

/** What a draw at so many inputs takes, as far as can be said before the pilot draws. */
function drawCost({ kind }: FunctionsSettings, network: FunctionNetwork, points: number): DrawCost {
  const { activation, sigmaB, width } = network;
  const isHomogeneous = activation.homogeneous && sigmaB === 0;
  const isInterpolated = kind === 'residual' && activation.smooth;
  const inputs = isHomogeneous ? 2 : isInterpolated ? Math.min(points, ASSUMED_NODES) : points;
  return collapsedCost({
    network: { ...network, T: 1 },
    increment: 'recursion',
    initial: new Array<Float64Array>(inputs).fill(copiedInput(0, width)),
    key: seedKey(0),
    stream: streams.resnet,
    keep: 1,
  });
}

export function computeFunctions(
  settings: FunctionsSettings,
  task: FunctionsTask,
  { signal, progress }: Pick<ShardContext, 'signal' | 'progress'>,
): ShardContent {
  const { first, count } = task;
  const network = networkOfTask(settings, task);
  const functions = keptNetworkFunctions(settings, network);
  const drawn: FunctionDraw[] = [];
  for (let i = 0; i < count; i++) {
    progress(i / count);
    signal.throwIfAborted();
    drawn.push(functions.draw(first + i));
  }
  const notes = notesOf(functions.method, drawn);
  return { batches: [functionRows(settings, network, first, drawn)], notes };
}

/** The same on the WebGPU device of the context. */
export async function computeFunctionsOnGpu(
  settings: FunctionsSettings,
  task: FunctionsTask,
  context: ShardContext,
): Promise<ShardContent> {
  const { first, count } = task;
  const network = networkOfTask(settings, task);
  const { method, whole, kept } = await gpuFunctions(context.device, settings, network);
  const drawn: FunctionDraw[] = [];
  for await (const draw of drawnOnGpu(whole, { first, count }, context)) {
    drawn.push(kept(draw, first + drawn.length));
  }
  const notes = notesOf(method, drawn);
  return { batches: [functionRows(settings, network, first, drawn)], notes };
}

function networkOfTask(
  settings: FunctionsSettings,
  { activation, depth, width }: FunctionsTask,
): FunctionNetwork {
  return networksOf(settings).find(
    (each) => each.activation.name === activation && each.depth === depth && each.width === width,
  )!;
}

function notesOf(method: FunctionMethod, drawn: readonly FunctionDraw[]): FunctionsNotes {
  const diverged: Record<string, number> = {};
  for (const { divergedAt } of drawn) {
    if (divergedAt !== undefined) diverged[divergedAt] = (diverged[divergedAt] ?? 0) + 1;
  }
  return { method, diverged };
}

/** The table's rows by draw, those of the table before those of the curve. */
function functionRows(
  settings: FunctionsSettings,
  { activation, depth, width }: FunctionNetwork,
  firstDraw: number,
  drawn: readonly FunctionDraw[],
): Batch<FunctionsTable> {
  const inputs = { table: tableInputs(settings), curve: curveInputs(settings) };
  const rows = drawn.reduce(
    (sum, { table, curve }) => sum + table.length + (curve?.length ?? 0),
    0,
  );
  const draw = new Int32Array(rows);
  const grid = new Uint8Array(rows);
  const z = new Float64Array(rows);
  const value = new Float32Array(rows);
  let row = 0;
  drawn.forEach((functions, i) => {
    for (const name of grids) {
      const values = functions[name];
      if (!values) continue;
      draw.fill(firstDraw + i, row, row + values.length);
      grid.fill(grids.indexOf(name), row, row + values.length);
      z.set(inputs[name], row);
      value.set(values, row);
      row += values.length;
    }
  });
  return {
    rows,
    columns: {
      activation: new Uint8Array(rows).fill(activationNames.indexOf(activation.name)),
      depth: new Int32Array(rows).fill(depth),
      width: new Int32Array(rows).fill(width),
      draw,
      grid,
      z,
      value,
    },
  };
}
