import { findActivation } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { UserError, type ShardContent, type ShardContext } from '@resdiff/runtime';
import { collapsedLawSampler, directLawSampler, type Sampler } from '@resdiff/sampler';
import type { Batch } from '@resdiff/tables';
import type { ShardPlan } from '../experiment.ts';
import { kernelModule } from '../kernel-module.ts';
import { tableBytes } from '../table-bytes.ts';
import { entriesOf } from './entries.ts';
import { INPUTS, lawOf, laws, statesOf, type Law, type ParameterLawsSettings } from './settings.ts';
import { momentNames, momentsTable, type MomentsTable } from './table.ts';

/** A contiguous range of blocks of draws of one law. */
export interface ParameterLawsTask {
  readonly [key: string]: string | number;
  readonly law: Law;
  readonly first: number;
  readonly count: number;
}

const SHARD_SECONDS = 0.5;
const SHARD_ROWS = 200_000;
const MOST_SHARDS = 10_000;
/** CPU seconds of a draw, of an entry of its products, of a multiplication with weights, of a row. */
const DRAW_SECONDS = 6e-6;
const ENTRY_SECONDS = 3e-9;
const PRODUCT_SECONDS = 1e-9;
const ROW_SECONDS = 2e-7;
const ROW_BYTES = 64;
const PARQUET_ROW_BYTES = 10;
const REPORT_ROW_SECONDS = 1e-6;
const REPORT_ROW_BYTES = 16;
const FIGURE_SECONDS = 1.5;

export function planParameterLaws(settings: ParameterLawsSettings, shardSize?: number): ShardPlan {
  const { blocks, blockDraws, width } = settings;
  const mostShards = Math.floor(MOST_SHARDS / settings.laws.length);
  const least = Math.ceil(blocks / mostShards);
  if (shardSize !== undefined && shardSize < least) {
    throw new UserError(
      `A shard size of ${shardSize} cuts the blocks into more than ${MOST_SHARDS} shards; it must be at least ${least}.`,
    );
  }
  const entries = entriesOf(width).length;
  const cut = settings.laws.map((law) => {
    const seconds = blockDraws * drawSeconds(settings, law) + entries * ROW_SECONDS;
    const suitable = Math.floor(Math.min(SHARD_SECONDS / seconds, SHARD_ROWS / entries));
    const size = shardSize ?? Math.max(1, suitable, least);
    const shards = Array.from({ length: Math.ceil(blocks / size) }, (_, shard) => {
      const first = shard * size;
      const task: ParameterLawsTask = { law, first, count: Math.min(size, blocks - first) };
      return {
        id: `${law}-${String(first).padStart(5, '0')}`,
        task,
        rows: task.count * entries,
        cost: task.count * seconds,
      };
    });
    const part = {
      part: law,
      shards: shards.length,
      rows: blocks * entries,
      work: blocks * blockDraws,
      seconds: blocks * seconds,
    };
    return { shards, part };
  });
  const rows = settings.laws.length * blocks * entries;
  return {
    shards: cut.flatMap(({ shards }) => shards),
    parts: cut.map(({ part }) => part),
    workUnit: 'draws',
    workerBytes: Math.max(...cut.map(({ shards }) => shards[0].rows)) * ROW_BYTES + 24 * width ** 4,
    diskBytes: tableBytes(momentsTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: {
      seconds: FIGURE_SECONDS + rows * REPORT_ROW_SECONDS,
      bytes: rows * REPORT_ROW_BYTES,
    },
  };
}

function drawSeconds({ width }: ParameterLawsSettings, law: Law): number {
  const weights = law === 'general' ? width ** 4 + 60 * width ** 2 : INPUTS * width ** 2;
  const products = (INPUTS * width) ** 2;
  return DRAW_SECONDS + weights * PRODUCT_SECONDS + products * ENTRY_SECONDS;
}

export function computeParameterLaws(
  settings: ParameterLawsSettings,
  { law, first, count }: ParameterLawsTask,
  context: Pick<ShardContext, 'signal' | 'progress'>,
): ShardContent {
  const { width, step, blockDraws } = settings;
  const initial = statesOf(settings);
  const start = Float64Array.from(initial.flatMap((x) => [...x]));
  const sampler = samplerOf(settings, law, initial);
  const entries = entriesOf(width);
  const value = new Float64Array(count * entries.length);
  for (let block = 0; block < count; block++) {
    const draws = Array.from({ length: blockDraws }, (_, draw) =>
      incrementsOf(sampler.draw((first + block) * blockDraws + draw).states, start),
    );
    value.set(
      blockMoments(draws, entries).map((moment) => moment / step),
      block * entries.length,
    );
    context.progress((block + 1) / count);
    context.signal.throwIfAborted();
  }
  const rows = value.length;
  const entry = (row: number) => entries[row % entries.length];
  const column = (of: (row: number) => number) =>
    Int16Array.from({ length: rows }, (_, row) => of(row));
  const batch: Batch<MomentsTable> = {
    rows,
    columns: {
      law: new Uint8Array(rows).fill(laws.indexOf(law)),
      block: Int32Array.from(
        { length: rows },
        (_, row) => first + Math.floor(row / entries.length),
      ),
      moment: Uint8Array.from({ length: rows }, (_, row) => momentNames.indexOf(entry(row).moment)),
      input: column((row) => Math.floor(entry(row).row / width)),
      coordinate: column((row) => entry(row).row % width),
      otherInput: column((row) => Math.floor(entry(row).column / width)),
      otherCoordinate: column((row) => entry(row).column % width),
      value,
    },
  };
  return { batches: [batch] };
}

function samplerOf(
  settings: ParameterLawsSettings,
  name: Law,
  initial: readonly Float64Array[],
): Sampler {
  const draws = {
    law: lawOf(settings, name),
    depth: 1,
    T: settings.step,
    activation: findActivation(settings.activation)!,
    psi: findActivation(settings.psi)!,
    increment: 'recursion' as const,
    initial,
    key: seedKey(settings.seed),
    keep: settings.width,
  };
  return name === 'general'
    ? directLawSampler({ ...draws, stream: streams.parameterLawDirect })
    : collapsedLawSampler(kernelModule(), { ...draws, stream: streams.parameterLaw });
}

function incrementsOf(states: Float32Array, start: Float64Array): Float64Array {
  return start.map((x, i) => states[i] - x);
}

/** The mean or the covariance, with divisor draws - 1, of each entry. */
function blockMoments(
  draws: readonly Float64Array[],
  entries: ReturnType<typeof entriesOf>,
): Float64Array {
  const mean = draws[0].map((_, i) => draws.reduce((sum, dx) => sum + dx[i], 0) / draws.length);
  return Float64Array.from(entries, ({ moment, row, column }) => {
    if (moment === 'drift') return mean[row];
    let sum = 0;
    for (const dx of draws) sum += (dx[row] - mean[row]) * (dx[column] - mean[column]);
    return sum / (draws.length - 1);
  });
}
