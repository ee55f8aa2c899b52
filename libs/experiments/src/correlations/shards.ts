import { seedKey, streams } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import { functionSampler, type FunctionDraws, type FunctionSampler } from '@resdiff/sampler';
import type { Batch } from '@resdiff/tables';
import { drawRanges } from '../draw-ranges.ts';
import type { ShardPlan } from '../experiment.ts';
import { kernelModule } from '../kernel-module.ts';
import { tableBytes } from '../table-bytes.ts';
import { activationOf, isResidual, models, parameterLaw, type Model } from './models.ts';
import { keptCoordinates, pairCount, inputsOf, type CorrelationsSettings } from './settings.ts';
import { productsTable, type ProductsTable } from './table.ts';

/** A contiguous range of draws of one model. */
export interface CorrelationsTask {
  readonly [key: string]: string | number;
  readonly model: Model;
  readonly first: number;
  readonly count: number;
}

/** CPU seconds of a number: a state in a layer, and a coordinate of a pair. */
const STATE_SECONDS: Readonly<Record<Model, number>> = {
  'residual-tanh': 4e-8,
  'residual-swish': 4.5e-8,
  'feedforward-tanh': 1.3e-8,
  'feedforward-relu': 8e-9,
};
const PAIR_SECONDS = 1.2e-9;
const ROW_SECONDS = 3e-7;
/** Draws' worth of time in which a residual network's sampler finds out how many nodes it needs. */
const PILOT_DRAWS = 45;
const ROW_BYTES = 100;
/** Seconds and bytes of a row in the merged tables and the report; seconds of theory and figure. */
const REPORT_ROW_SECONDS = 2.5e-6;
const REPORT_ROW_BYTES = 16;
const REPORT_SECONDS = 5;
/** Bytes of a row in Parquet: its product, and little for what repeats. */
const PARQUET_ROW_BYTES = 14;

export function planCorrelations(settings: CorrelationsSettings, shardSize?: number): ShardPlan {
  const { draws, depth } = settings;
  const rowsPerDraw = pairCount(settings);
  const cut = settings.models.map((model) => {
    const seconds = drawSeconds(settings, model);
    const ranges = drawRanges({ draws, seconds, rowsPerDraw }, shardSize);
    const shards = ranges.map(({ first, count }) => {
      const task: CorrelationsTask = { model, first, count };
      const id = `${model}-${String(first).padStart(7, '0')}`;
      return { id, task, rows: count * rowsPerDraw, cost: count * seconds };
    });
    const part = {
      part: model,
      shards: shards.length,
      rows: draws * rowsPerDraw,
      work: draws * depth,
      seconds: (draws + (isResidual(model) ? PILOT_DRAWS : 0)) * seconds,
    };
    return { shards, part };
  });
  const shards = cut.flatMap(({ shards }) => shards);
  const rows = shards.reduce((sum, shard) => sum + shard.rows, 0);
  return {
    shards,
    parts: cut.map(({ part }) => part),
    workUnit: 'layers',
    workerBytes:
      Math.max(...shards.map(({ rows }) => rows)) * ROW_BYTES +
      32 * settings.points * (settings.width + settings.points),
    diskBytes: tableBytes(productsTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: {
      seconds: REPORT_SECONDS + rows * REPORT_ROW_SECONDS,
      bytes: rows * REPORT_ROW_BYTES,
    },
  };
}

/** The tanh network without residuals is too rough to interpolate, and is drawn at every input. */
function drawSeconds(settings: CorrelationsSettings, model: Model): number {
  const { width, depth, points } = settings;
  const inputs = model === 'feedforward-tanh' ? points : 1;
  const perPair = PAIR_SECONDS * keptCoordinates(settings) + ROW_SECONDS;
  return depth * width * inputs * STATE_SECONDS[model] + pairCount(settings) * perPair;
}

export function computeCorrelations(
  settings: CorrelationsSettings,
  { model, first, count }: CorrelationsTask,
  context: ShardContext,
): ShardContent {
  const sampler = modelSampler(settings, model);
  const batch = emptyBatch(settings, { model, first, count });
  const pairs = pairCount(settings);
  for (let i = 0; i < count; i++) {
    context.signal.throwIfAborted();
    const { states } = sampler.draw(first + i);
    writeProducts(batch, i * pairs, states, settings);
    context.progress((i + 1) / count);
  }
  return { batches: [batch] };
}

let latest: { readonly key: string; readonly sampler: FunctionSampler } | undefined;

/** The sampler of a model; a thread keeps the last one, as finding its nodes takes pilot draws. */
function modelSampler(settings: CorrelationsSettings, model: Model): FunctionSampler {
  const key = JSON.stringify([settings, model]);
  if (latest?.key !== key) {
    latest = { key, sampler: functionSampler(kernelModule(), functionDraws(settings, model)) };
  }
  return latest.sampler;
}

function functionDraws(settings: CorrelationsSettings, model: Model): FunctionDraws {
  const { width, depth, T, points } = settings;
  const z = inputsOf(settings);
  const network = {
    ...{ width, depth, activation: activationOf(model) },
    ...parameterLaw(model, settings),
  };
  const own = {
    key: seedKey(settings.seed),
    interval: [z[0], z[points - 1]] as const,
    points,
    keep: keptCoordinates(settings),
  };
  return isResidual(model)
    ? { network: { ...network, T }, increment: 'recursion', stream: streams.resnet, ...own }
    : { network, increment: 'feedforward', stream: streams.feedforward, ...own };
}

function emptyBatch(
  settings: CorrelationsSettings,
  { model, first, count }: CorrelationsTask,
): Batch<ProductsTable> & { readonly columns: { readonly product: Float64Array } } {
  const z = inputsOf(settings);
  const pairs = pairCount(settings);
  const rows = count * pairs;
  const columns = {
    model: new Uint8Array(rows).fill(models.indexOf(model)),
    draw: new Int32Array(rows),
    input: new Int16Array(rows),
    otherInput: new Int16Array(rows),
    z: new Float64Array(rows),
    otherZ: new Float64Array(rows),
    mean: new Float64Array(rows),
    otherMean: new Float64Array(rows),
    product: new Float64Array(rows),
  };
  for (let row = 0; row < rows;) {
    columns.draw.fill(first + row / pairs, row, row + pairs);
    for (let i = 0; i < z.length; i++) {
      for (let j = i; j < z.length; j++, row++) {
        columns.input[row] = i;
        columns.otherInput[row] = j;
        columns.z[row] = z[i];
        columns.otherZ[row] = z[j];
      }
    }
  }
  return { rows, columns };
}

/** Averages over the coordinates of a draw's states, points x kept coordinates, from this row on. */
function writeProducts(
  { columns }: Batch<ProductsTable>,
  firstRow: number,
  states: Float32Array,
  settings: CorrelationsSettings,
): void {
  const { points } = settings;
  const kept = keptCoordinates(settings);
  const x = Array.from({ length: points }, (_, i) => states.subarray(i * kept, (i + 1) * kept));
  const means = x.map((values) => values.reduce((sum, value) => sum + value, 0) / kept);
  let row = firstRow;
  for (let i = 0; i < points; i++) {
    for (let j = i; j < points; j++, row++) {
      columns.mean[row] = means[i];
      columns.otherMean[row] = means[j];
      columns.product[row] = meanProduct(x[i], x[j]);
    }
  }
}

function meanProduct(x: Float32Array, y: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < x.length; d++) sum += x[d] * y[d];
  return sum / x.length;
}
