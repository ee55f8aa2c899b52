import { seedKey, streams } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import { surfaceSampler, type SurfaceSampler } from '@resdiff/sampler';
import type { Batch } from '@resdiff/tables';
import { drawRanges } from '../draw-ranges.ts';
import type { ShardPlan } from '../experiment.ts';
import { kernelModule } from '../kernel-module.ts';
import { tableBytes } from '../table-bytes.ts';
import { networkOf, smoothActivations, type SurfacesSettings } from './settings.ts';
import { surfacesTable, type SurfacesTable } from './table.ts';

/** A contiguous range of draws with one activation. */
export interface SurfacesTask {
  readonly [key: string]: string | number;
  readonly activation: string;
  readonly first: number;
  readonly count: number;
}

/** CPU seconds of a layer, by coordinate and by itself; small networks take more nodes. */
const COORDINATE_SECONDS = 5e-7;
const LAYER_SECONDS = 1.5e-4;
const ROW_SECONDS = 2e-7;
/** Draws' worth of time in which a sampler finds out how many nodes it needs. */
const PILOT_DRAWS = 25;
const ROW_BYTES = 40;
/** Nodes of a square at most, at each of which a worker holds a state. */
const MOST_NODES = 33 ** 2;
const REPORT_ROW_SECONDS = 1.5e-6;
const REPORT_SECONDS = 4;
const PARQUET_ROW_BYTES = 6;

export function planSurfaces(settings: SurfacesSettings, shardSize?: number): ShardPlan {
  const { draws, depth, width, points } = settings;
  const rowsPerDraw = points ** 2;
  const seconds = depth * (width * COORDINATE_SECONDS + LAYER_SECONDS) + rowsPerDraw * ROW_SECONDS;
  const ranges = drawRanges({ draws, seconds, rowsPerDraw }, shardSize);
  const shards = settings.activations.flatMap((activation) =>
    ranges.map(({ first, count }) => {
      const task: SurfacesTask = { activation, first, count };
      const id = `${activation}-${String(first).padStart(7, '0')}`;
      return { id, task, rows: count * rowsPerDraw, cost: count * seconds };
    }),
  );
  const rows = settings.activations.length * draws * rowsPerDraw;
  return {
    shards,
    parts: settings.activations.map((activation) => ({
      part: activation,
      shards: ranges.length,
      rows: draws * rowsPerDraw,
      work: draws * depth,
      seconds: (draws + PILOT_DRAWS) * seconds,
    })),
    workUnit: 'layers',
    workerBytes:
      ranges[0].count * rowsPerDraw * ROW_BYTES + MOST_NODES * (24 * width + 12 * MOST_NODES),
    diskBytes: tableBytes(surfacesTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: {
      seconds: REPORT_SECONDS + rows * REPORT_ROW_SECONDS,
      bytes: 128 * settings.activations.length * draws,
    },
  };
}

export function computeSurfaces(
  settings: SurfacesSettings,
  { activation, first, count }: SurfacesTask,
  context: ShardContext,
): ShardContent {
  const sampler = activationSampler(settings, activation);
  const perDraw = settings.points ** 2;
  const value = new Float32Array(count * perDraw);
  for (let i = 0; i < count; i++) {
    context.signal.throwIfAborted();
    value.set(sampler.draw(first + i).states, i * perDraw);
    context.progress((i + 1) / count);
  }
  return { batches: [observations(activation, first, sampler.inputs, value)] };
}

let latest: { readonly key: string; readonly sampler: SurfaceSampler } | undefined;

/** The sampler with an activation; a thread keeps the last one, as finding its nodes takes pilots. */
function activationSampler(settings: SurfacesSettings, activation: string): SurfaceSampler {
  const key = JSON.stringify([settings, activation]);
  if (latest?.key !== key) {
    const { points, range, sigmaZ, seed } = settings;
    const sampler = surfaceSampler(kernelModule(), {
      network: networkOf(settings, activation),
      increment: 'recursion',
      key: seedKey(seed),
      stream: streams.resnet,
      sigmaZ,
      interval: [-range, range],
      points,
    });
    latest = { key, sampler };
  }
  return latest.sampler;
}

/** The table's rows for values that are ordered by draw, z1, z2. */
function observations(
  activation: string,
  firstDraw: number,
  inputs: Float64Array,
  value: Float32Array,
): Batch<SurfacesTable> {
  const rows = value.length;
  const side = inputs.length;
  const columns = {
    activation: new Uint8Array(rows).fill(smoothActivations.indexOf(activation)),
    draw: Int32Array.from(value, (_, row) => firstDraw + Math.floor(row / side ** 2)),
    z1: Float64Array.from(value, (_, row) => inputs[Math.floor(row / side) % side]),
    z2: Float64Array.from(value, (_, row) => inputs[row % side]),
    value,
  };
  return { rows, columns };
}
