import { copiedInput } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import { convolutionalCost, convolutionalSampler, type ConvolutionalDraws } from '@resdiff/sampler';
import type { Batch } from '@resdiff/tables';
import { drawRanges, type DrawRange } from '../draw-ranges.ts';
import type { ShardPlan } from '../experiment.ts';
import { kernelModule } from '../kernel-module.ts';
import { partsBySize } from '../size-parts.ts';
import { tableBytes } from '../table-bytes.ts';
import { refuseTooManyRows } from '../table-rows.ts';
import {
  casesOf,
  centreOf,
  inputsOf,
  networkOf,
  processes,
  type Case,
  type ConvolutionalSettings,
} from './settings.ts';
import { sitesTable, type SitesTable } from './table.ts';

/** A contiguous range of draws of a case, which is numbered as in `casesOf`. */
export interface ConvolutionalTask extends DrawRange {
  readonly [key: string]: number;
  readonly case: number;
}

/** CPU seconds and bytes, as measured: of a channel of a site, and of a row in the merged tables. */
const CHANNEL_SECONDS = 4e-9;
const REPORT_ROW_SECONDS = 3e-6;
const REPORT_ROW_BYTES = 24;
const ROW_BYTES = 80;
const PARQUET_ROW_BYTES = 32;
/** CPU seconds of a product of sites in a layer of the mean field, and of the figure. */
const MEAN_FIELD_SECONDS = 3e-7;
const FIGURE_SECONDS = 1.5;

export function planConvolutional(settings: ConvolutionalSettings, shardSize?: number): ShardPlan {
  const { draws } = settings;
  const sites = inputsOf(settings).length;
  const cases = casesOf(settings).map((each, index) => {
    const cost = convolutionalCost(drawsOf(settings, each));
    const seconds = cost.seconds + sites * each.size * CHANNEL_SECONDS;
    const ranges = drawRanges({ draws, seconds, rowsPerDraw: sites }, shardSize);
    const shards = ranges.map(({ first, count }) => {
      const task: ConvolutionalTask = { case: index, first, count };
      const id = `${each.size}-${each.process}-${String(first).padStart(7, '0')}`;
      return { id, task, rows: count * sites, cost: count * seconds };
    });
    return { size: each.size, shards, seconds, normals: cost.normals, bytes: cost.bytes };
  });
  const rows = cases.length * draws * sites;
  refuseTooManyRows(rows);
  const layers = cases.reduce((sum, { size }) => sum + size, 0);
  const mostRows = Math.max(...cases.flatMap(({ shards }) => shards.map((shard) => shard.rows)));
  return {
    shards: cases.flatMap(({ shards }) => shards),
    parts: partsBySize(cases, { draws, rowsPerDraw: sites }),
    workUnit: 'normals',
    workerBytes: Math.max(...cases.map(({ bytes }) => bytes)) + ROW_BYTES * mostRows,
    diskBytes: tableBytes(sitesTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: {
      seconds:
        FIGURE_SECONDS + rows * REPORT_ROW_SECONDS + layers * sites ** 2 * MEAN_FIELD_SECONDS,
      bytes: rows * REPORT_ROW_BYTES,
    },
  };
}

export function computeConvolutional(
  settings: ConvolutionalSettings,
  { case: index, first, count }: ConvolutionalTask,
  context: ShardContext,
): ShardContent {
  const own = casesOf(settings)[index];
  const sampler = convolutionalSampler(kernelModule(), drawsOf(settings, own));
  const batch = emptyBatch(settings, own, { first, count });
  const sites = inputsOf(settings).length;
  for (let i = 0; i < count; i++) {
    context.signal.throwIfAborted();
    writeSites(batch, i * sites, sampler.draw(first + i).states, settings, own.size);
    context.progress((i + 1) / count);
  }
  return { batches: [batch] };
}

function drawsOf(settings: ConvolutionalSettings, { process, size }: Case): ConvolutionalDraws {
  return {
    network: networkOf(settings, size),
    increment: process === 'resnet' ? 'recursion' : 'euler',
    initial: inputsOf(settings).map((z) => copiedInput(z, size)),
    key: seedKey(settings.seed),
    stream: streams[process],
    keep: size,
  };
}

type SitesBatch = Batch<SitesTable> & {
  readonly columns: {
    readonly first: Float32Array;
    readonly mean: Float64Array;
    readonly square: Float64Array;
    readonly centreProduct: Float64Array;
  };
};

function emptyBatch(
  settings: ConvolutionalSettings,
  { process, size }: Case,
  { first, count }: DrawRange,
): SitesBatch {
  const { rows: height, columns: breadth } = settings;
  const z = inputsOf(settings);
  const rows = count * z.length;
  const site = (row: number) => row % z.length;
  const within = (row: number) => site(row) % (height * breadth);
  const each = { length: rows };
  return {
    rows,
    columns: {
      process: new Uint8Array(rows).fill(processes.indexOf(process)),
      size: new Int32Array(rows).fill(size),
      draw: Int32Array.from(each, (_, row) => first + Math.floor(row / z.length)),
      image: Int16Array.from(each, (_, row) => Math.floor(site(row) / (height * breadth))),
      row: Int16Array.from(each, (_, row) => Math.floor(within(row) / breadth)),
      column: Int16Array.from(each, (_, row) => within(row) % breadth),
      z: Float64Array.from(each, (_, row) => z[site(row)]),
      first: new Float32Array(rows),
      mean: new Float64Array(rows),
      square: new Float64Array(rows),
      centreProduct: new Float64Array(rows),
    },
  };
}

/** The rows of a draw, from this one on, of its states: sites x channels. */
function writeSites(
  { columns }: SitesBatch,
  firstRow: number,
  states: Float32Array,
  settings: ConvolutionalSettings,
  channels: number,
): void {
  const own = settings.rows * settings.columns;
  const state = (site: number) => states.subarray(site * channels, (site + 1) * channels);
  for (let site = 0; site * channels < states.length; site++) {
    const x = state(site);
    const centre = state(site - (site % own) + centreOf(settings));
    let [sum, square, product] = [0, 0, 0];
    for (let d = 0; d < channels; d++) {
      sum += x[d];
      square += x[d] * x[d];
      product += x[d] * centre[d];
    }
    columns.first[firstRow + site] = x[0];
    columns.mean[firstRow + site] = sum / channels;
    columns.square[firstRow + site] = square / channels;
    columns.centreProduct[firstRow + site] = product / channels;
  }
}
