import { identity, relu, type Activation } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import { logNorm, norm, trajectorySampler, type StateStatistic } from '@resdiff/sampler';
import { isNullableColumn, type Batch } from '@resdiff/tables';
import { drawRanges, type DrawRange } from '../draw-ranges.ts';
import type { PartCost, ShardPlan } from '../experiment.ts';
import { kernelModule } from '../kernel-module.ts';
import { tableBytes } from '../table-bytes.ts';
import { refuseTooManyRows } from '../table-rows.ts';
import { initiallyActive, signedState } from './initial.ts';
import { ornsteinUhlenbeckTransform } from './ornstein-uhlenbeck.ts';
import {
  keptLayers,
  networksOf,
  processes,
  type FiniteWidthSettings,
  type Process,
} from './settings.ts';
import { trajectoriesTable, type TrajectoriesTable } from './table.ts';

/** A contiguous range of draws of one network. */
export interface FiniteWidthTask extends DrawRange {
  readonly [key: string]: string | number;
  readonly process: Process;
  readonly width: number;
}

const SHARD_SECONDS = 0.6;
const SHARD_ROWS = 200_000;
const MOST_SHARDS = 10_000;
/** CPU seconds of a layer, of a coordinate of a layer, of a layer whose features the host makes, of a row. */
const LAYER_SECONDS = 1.1e-7;
const COORDINATE_SECONDS = 3e-9;
const HOST_SECONDS = 1e-6;
const ROW_SECONDS = 1e-6;
const ROW_BYTES = 72;
const PARQUET_ROW_BYTES = 24;
const REPORT_ROW_SECONDS = 1e-6;
const REPORT_ROW_BYTES = 32;
const FIGURE_SECONDS = 1;
/** Draws between two looks at the signal. */
const STRIDE = 64;

export function planFiniteWidth(settings: FiniteWidthSettings, shardSize?: number): ShardPlan {
  const { draws } = settings;
  const networks = networksOf(settings);
  const limits = {
    seconds: SHARD_SECONDS,
    rows: SHARD_ROWS,
    shards: Math.floor(MOST_SHARDS / networks.length),
  };
  const rowsPerDraw = keptLayers(settings).length;
  const cut = networks.map(({ process, width }) => {
    const seconds = drawSeconds(settings, process, width);
    const ranges = drawRanges({ draws, seconds, rowsPerDraw }, shardSize, limits);
    const shards = ranges.map(({ first, count }) => {
      const task: FiniteWidthTask = { process, width, first, count };
      return {
        id: `${process}-${String(width).padStart(4, '0')}-${String(first).padStart(10, '0')}`,
        task,
        rows: count * rowsPerDraw,
        cost: count * seconds,
      };
    });
    const part: PartCost = {
      part: process === 'relu' ? `relu, width ${width}` : process,
      shards: shards.length,
      rows: draws * rowsPerDraw,
      work: draws * settings.depth * width,
      seconds: draws * seconds,
    };
    return { shards, part };
  });
  const rows = networks.length * draws * rowsPerDraw;
  refuseTooManyRows(rows);
  return {
    shards: cut.flatMap(({ shards }) => shards),
    parts: cut.map(({ part }) => part),
    workUnit: 'normals',
    workerBytes: Math.max(...cut.map(({ shards }) => shards[0].rows)) * ROW_BYTES,
    diskBytes: tableBytes(trajectoriesTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: {
      seconds: FIGURE_SECONDS + rows * REPORT_ROW_SECONDS,
      bytes: rows * REPORT_ROW_BYTES,
    },
  };
}

function drawSeconds(settings: FiniteWidthSettings, process: Process, width: number): number {
  const host = process === 'relu' ? 0 : HOST_SECONDS;
  const layers = settings.depth * (LAYER_SECONDS + width * COORDINATE_SECONDS + host);
  return layers + keptLayers(settings).length * ROW_SECONDS;
}

export function computeFiniteWidth(
  settings: FiniteWidthSettings,
  { process, width, first, count }: FiniteWidthTask,
  context: Pick<ShardContext, 'signal' | 'progress'>,
): ShardContent {
  const layers = keptLayers(settings);
  const visited = visitedLayers(layers);
  const places = layers.map((layer) => visited.indexOf(layer));
  const { psi, initial, statistics } = networkOf(settings, process, width);
  const key = seedKey(settings.seed);
  const batch = emptyBatch(settings, { process, width, first, count });
  let done = 0;
  for (const [start, draws] of drawsByStart(first, count, (draw) => initial.of(draw))) {
    const sampler = trajectorySampler(kernelModule(), {
      network: networkScales(settings, width),
      psi,
      increment: 'recursion',
      initial: [initial.state(start)],
      key,
      stream: streams.resnet,
      layers: visited,
      statistics: { ...statistics, relativeStep: relativeStep(psi) },
    });
    for (const draw of draws) {
      const { values } = sampler.draw(draw);
      const row = (draw - first) * layers.length;
      for (const [name, column] of Object.entries(values)) {
        const own = batch.columns[name as keyof typeof values];
        const array = isNullableColumn(own) ? own.values : own;
        places.forEach((place, i) => (array[row + i] = column[place]));
      }
      if (++done % STRIDE === 0) {
        context.progress(done / count);
        context.signal.throwIfAborted();
      }
    }
  }
  return { batches: [batch] };
}

/** The layers kept, and those before them, from which their last step is taken. */
function visitedLayers(kept: readonly number[]): number[] {
  const visited = kept.flatMap((layer) => (layer === 0 ? [0] : [layer - 1, layer]));
  return [...new Set(visited)];
}

/** |X_l - X_{l-1}|^2/|psi(X_{l-1})|^2 of a state whose predecessor is the one that it was last asked for. */
function relativeStep(psi: Activation): StateStatistic {
  const size = norm(psi);
  let [last, lastSize] = [new Float64Array(), NaN];
  return (x) => {
    const square = last.reduce((sum, value, i) => sum + (x[i] - value) ** 2, 0);
    const step = square / lastSize ** 2;
    [last, lastSize] = [x.slice(), size(x)];
    return step;
  };
}

/** Hayou's networks are those with sigma_w = 1, sigma_b = 0 and the identity after the weights. */
function networkScales({ depth, T }: FiniteWidthSettings, width: number) {
  return { width, depth, T, sigmaW: 1, sigmaB: 0, activation: identity };
}

/** The draws by what they begin at, since a sampler has one initial state. */
function drawsByStart(first: number, count: number, startOf: (draw: number) => number) {
  const groups = new Map<number, number[]>();
  for (let draw = first; draw < first + count; draw++) {
    const start = startOf(draw);
    const group = groups.get(start);
    if (group) group.push(draw);
    else groups.set(start, [draw]);
  }
  return groups;
}

function networkOf(settings: FiniteWidthSettings, process: Process, width: number) {
  const common = {
    norm: norm(),
    mean: (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length,
    active: (x: Float64Array) => x.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0),
  };
  if (process === 'relu') {
    const key = seedKey(settings.seed);
    return {
      psi: relu,
      initial: {
        of: (draw: number) => initiallyActive(width, key, draw),
        state: (active: number) => signedState(width, active, settings.initial),
      },
      statistics: { ...common, logFeatureNorm: logNorm(relu), y: () => NaN },
    };
  }
  const { h, inverse, activation } = ornsteinUhlenbeckTransform(settings.reversion);
  return {
    psi: activation,
    initial: { of: () => 0, state: () => Float64Array.of(h(settings.initialY)) },
    statistics: {
      ...common,
      logFeatureNorm: logNorm(activation),
      y: ([x]: Float64Array) => inverse(x),
    },
  };
}

/** The rows of a shard without what is drawn. */
function emptyBatch(
  settings: FiniteWidthSettings,
  { process, width, first, count }: FiniteWidthTask,
): Batch<TrajectoriesTable> {
  const layers = keptLayers(settings);
  const rows = count * layers.length;
  const perRow = (value: (draw: number, layer: number) => number) => (_: unknown, row: number) =>
    value(first + Math.floor(row / layers.length), layers[row % layers.length]);
  const { depth, T } = settings;
  return {
    rows,
    columns: {
      process: new Uint8Array(rows).fill(processes.indexOf(process)),
      width: new Int32Array(rows).fill(width),
      draw: Int32Array.from(
        { length: rows },
        perRow((draw) => draw),
      ),
      layer: Int32Array.from(
        { length: rows },
        perRow((_, layer) => layer),
      ),
      time: Float64Array.from(
        { length: rows },
        perRow((_, layer) => (layer * T) / depth),
      ),
      active: new Int32Array(rows),
      norm: new Float32Array(rows),
      logFeatureNorm: new Float32Array(rows),
      mean: new Float32Array(rows),
      y: {
        values: new Float32Array(rows),
        valid: new Uint8Array(rows).fill(process === 'relu' ? 0 : 1),
      },
      relativeStep: {
        values: new Float32Array(rows),
        valid: Uint8Array.from(
          { length: rows },
          perRow((_, layer) => (layer === 0 ? 0 : 1)),
        ),
      },
    },
  };
}
