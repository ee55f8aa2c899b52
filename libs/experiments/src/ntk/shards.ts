import { seedKey, streams } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import {
  ntkCost,
  ntkSampler,
  webgpuNtkSampler,
  type NtkDraw,
  type NtkDraws,
} from '@resdiff/sampler';
import type { Batch } from '@resdiff/tables';
import { drawRanges, type DrawRange } from '../draw-ranges.ts';
import type { ShardPlan } from '../experiment.ts';
import { kernelModule } from '../kernel-module.ts';
import { tableBytes } from '../table-bytes.ts';
import { refuseTooManyRows } from '../table-rows.ts';
import { drawnOnGpu, keptSampler } from '../webgpu.ts';
import { kernelPairs } from './pairs.ts';
import { MOST_DRAWS, networkOf, type NtkSettings } from './settings.ts';
import { ntkTable, type NtkTable } from './table.ts';

/** A contiguous range of draws of one size. */
export interface NtkTask {
  readonly [key: string]: number;
  readonly size: number;
  readonly first: number;
  readonly count: number;
}

const limits = { seconds: 0.4, rows: 100_000, shards: 2000 };
const ROW_SECONDS = 2e-7;
const ROW_BYTES = 96;
const PARQUET_ROW_BYTES = 20;
/** CPU seconds and bytes of a row in the merged tables and the report, and seconds of the figure. */
const REPORT_ROW_SECONDS = 2e-6;
const REPORT_ROW_BYTES = 32;
const FIGURE_SECONDS = 1.5;
/** Of the mean field, for a layer and a pair of inputs. */
const MEAN_FIELD_SECONDS = 5e-4;

export function planNtk(settings: NtkSettings, shardSize?: number): ShardPlan {
  const { draws, inputs } = settings;
  const pairs = kernelPairs(inputs.length).length;
  const cut = settings.size.map((size) => {
    const cost = ntkCost(networkOf(settings, size));
    const seconds = cost.seconds + pairs * ROW_SECONDS;
    const work = { draws, seconds, rowsPerDraw: pairs };
    const tasks = drawRanges(work, shardSize, limits).map((range): NtkTask => ({ size, ...range }));
    return {
      bytes: cost.bytes + tasks[0].count * pairs * ROW_BYTES,
      shards: tasks.map((task) => ({
        id: `${String(size).padStart(5, '0')}-${String(task.first).padStart(6, '0')}`,
        task,
        rows: task.count * pairs,
        cost: task.count * seconds,
      })),
      part: {
        part: `D = L = ${size}`,
        shards: tasks.length,
        rows: draws * pairs,
        work: draws * cost.normals,
        seconds: draws * seconds,
      },
    };
  });
  const rows = cut.reduce((sum, { part }) => sum + part.rows, 0);
  refuseTooManyRows(rows);
  const layers = settings.size.reduce((sum, size) => sum + size, 0);
  return {
    shards: cut.flatMap(({ shards }) => shards),
    parts: cut.map(({ part }) => part),
    workUnit: 'normals',
    workerBytes: Math.max(...cut.map(({ bytes }) => bytes)),
    diskBytes: tableBytes(ntkTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: {
      seconds: FIGURE_SECONDS + rows * REPORT_ROW_SECONDS + layers * pairs * MEAN_FIELD_SECONDS,
      bytes: rows * REPORT_ROW_BYTES,
    },
  };
}

/** Of the random numbers: no two networks of a run share any, whatever their sizes. */
function drawIndex(size: number, draw: number): number {
  return size * MOST_DRAWS + draw;
}

export function computeNtk(
  settings: NtkSettings,
  { size, first, count }: NtkTask,
  context: Pick<ShardContext, 'progress' | 'signal'>,
): ShardContent {
  const sampler = ntkSampler(kernelModule(), ntkDraws(settings, size));
  const shard = new NtkShard(settings, size, { first, count });
  for (let i = 0; i < count; i++) {
    context.signal.throwIfAborted();
    shard.add(sampler.draw(drawIndex(size, first + i)));
    context.progress((i + 1) / count);
  }
  return shard.content();
}

/** The same on the WebGPU device of the context. */
export async function computeNtkOnGpu(
  settings: NtkSettings,
  { size, first, count }: NtkTask,
  context: ShardContext,
): Promise<ShardContent> {
  const key = JSON.stringify(['ntk', settings, size]);
  const sampler = await keptSampler(context.device, key, (device) =>
    webgpuNtkSampler(device, ntkDraws(settings, size)),
  );
  const shard = new NtkShard(settings, size, { first, count });
  const range = { first: drawIndex(size, first), count };
  for await (const draw of drawnOnGpu(sampler, range, context)) shard.add(draw);
  return shard.content();
}

function ntkDraws(settings: NtkSettings, size: number): NtkDraws {
  return { ...networkOf(settings, size), key: seedKey(settings.seed), stream: streams.ntk };
}

/** The draws of a shard, one after another. */
class NtkShard {
  readonly #inputs: readonly number[];
  readonly #pairs: readonly (readonly [number, number])[];
  readonly #first: number;
  readonly #rows: number;
  readonly #columns;
  #row = 0;

  constructor({ inputs }: NtkSettings, size: number, { first, count }: DrawRange) {
    this.#inputs = inputs;
    this.#pairs = kernelPairs(inputs.length);
    this.#first = first;
    this.#rows = count * this.#pairs.length;
    this.#columns = {
      size: new Int32Array(this.#rows).fill(size),
      draw: new Int32Array(this.#rows),
      z: new Float64Array(this.#rows),
      otherZ: new Float64Array(this.#rows),
      weights: new Float64Array(this.#rows),
      biases: new Float64Array(this.#rows),
    };
  }

  add({ weights, biases }: NtkDraw): void {
    const inputs = this.#inputs;
    const columns = this.#columns;
    const draw = this.#first + this.#row / this.#pairs.length;
    for (const [a, b] of this.#pairs) {
      const row = this.#row++;
      columns.draw[row] = draw;
      columns.z[row] = inputs[a];
      columns.otherZ[row] = inputs[b];
      columns.weights[row] = weights[a * inputs.length + b];
      columns.biases[row] = biases[a * inputs.length + b];
    }
  }

  content(): ShardContent {
    const batch: Batch<NtkTable> = { rows: this.#rows, columns: this.#columns };
    return { batches: [batch] };
  }
}
