import type { PartCost, ShardPlan } from '../experiment.ts';
import { tableBytes } from '../table-bytes.ts';
import {
  ASSUMED,
  engineSlowdown,
  outputSeconds,
  parameterCount,
  trainingBytes,
  trainingSeconds,
} from '../training-cost.ts';
import { partsOf } from './jobs.ts';
import { hasLimit } from './limit.ts';
import type { Method, TrainingSettings } from './settings.ts';
import { trainingTable } from './table.ts';

/** A training with its search for a rate, or the limit for the images of a repetition. */
export type TrainingTask = NetworkTask | LimitTask;

export interface NetworkTask {
  readonly [key: string]: string | number;
  readonly kind: 'network';
  readonly size: number;
  readonly method: Method;
  readonly repetition: number;
}

export interface LimitTask {
  readonly [key: string]: string | number;
  readonly kind: 'limit';
  readonly repetition: number;
}

/** A training set, whole or as it is cut for a search. */
export interface Split {
  readonly train: number;
  readonly evaluate: number;
}

/** Images held out of the training images for the search of a rate: one in so many. */
const HELD_OUT = 10;

/** How the images are used by a search, and by the final training. */
export function splits({ trainImages, testImages, tuneOn }: TrainingSettings): {
  readonly search: Split;
  readonly final: Split;
} {
  const final = { train: trainImages, evaluate: testImages };
  if (tuneOn === 'test') return { search: final, final };
  const heldOut = Math.floor(trainImages / HELD_OUT);
  return { search: { train: trainImages - heldOut, evaluate: heldOut }, final };
}

/** Trainings of a search; none if the rate is given. */
export function trialCount({ rate, searchPoints, searchRefinements }: TrainingSettings): number {
  return rate === 'search' ? searchPoints + searchRefinements : 0;
}

/** Rows of a network's shard: of each training, its epochs and the state before them. */
function networkRows(settings: TrainingSettings): number {
  return trialCount(settings) * (settings.searchEpochs + 1) + settings.epochs + 1;
}

/** Seconds of fitting the limit's kernel to 20,000 images. */
const LIMIT_SECONDS = 2;
const REPORT_SECONDS = 1.5;
const PARQUET_ROW_BYTES = 30;

/** Estimated CPU seconds of the trainings of one phase. */
function seconds(size: number, { train, evaluate }: Split, epochs: number): number {
  const network = { width: size, depth: size, ...ASSUMED };
  return epochs * (trainingSeconds(network, train) + outputSeconds(network, evaluate));
}

/** CPU seconds of a network's search and of its final training. */
export function networkSeconds(settings: TrainingSettings, size: number) {
  const { search, final } = splits(settings);
  const slowdown = engineSlowdown(settings);
  return {
    trial: slowdown * seconds(size, search, settings.searchEpochs),
    final: slowdown * seconds(size, final, settings.epochs),
  };
}

export function planTraining(settings: TrainingSettings): ShardPlan {
  const { size: sizes, optimizer: chosen, repetitions, saveWeights } = settings;
  const repetitionsOf = Array.from({ length: repetitions }, (_, repetition) => repetition);
  const rows = networkRows(settings);
  const trials = trialCount(settings);
  const { search, final } = splits(settings);
  const images = trials * settings.searchEpochs * search.train + settings.epochs * final.train;
  const cut = sizes.map((size) => {
    const { trial, final } = networkSeconds(settings, size);
    const cost = trials * trial + final;
    const shards = chosen.flatMap((method) =>
      repetitionsOf.map((repetition) => {
        const task: NetworkTask = { kind: 'network', size, method, repetition };
        return { id: `${size}-${method}-${repetition}`, task, rows, cost };
      }),
    );
    const part: PartCost = {
      part: `D = L = ${size}`,
      shards: shards.length,
      rows: shards.length * rows,
      work: shards.length * images,
      seconds: shards.length * cost,
    };
    return { shards, part };
  });
  const limits = hasLimit(settings)
    ? repetitionsOf.map((repetition) => {
        const task: LimitTask = { kind: 'limit', repetition };
        return { id: `limit-${repetition}`, task, rows: 0, cost: LIMIT_SECONDS };
      })
    : [];
  const largest = { width: sizes.at(-1)!, depth: sizes.at(-1)!, ...ASSUMED };
  const adam = chosen.some((method) => partsOf(method).adam);
  const totalRows = cut.reduce((sum, { part }) => sum + part.rows, 0);
  const kept = { none: 0, final: 1, both: 2 }[saveWeights] * chosen.length * repetitions;
  const weights = sizes.reduce(
    (sum, size) => sum + 4 * parameterCount({ width: size, depth: size, ...ASSUMED }),
    0,
  );
  return {
    shards: [...cut.flatMap(({ shards }) => shards), ...limits],
    parts: [
      ...cut.map(({ part }) => part),
      ...(limits.length === 0
        ? []
        : [
            {
              part: 'limit',
              shards: limits.length,
              rows: 0,
              work: 0,
              seconds: limits.length * LIMIT_SECONDS,
            },
          ]),
    ],
    workUnit: 'images',
    workerBytes: trainingBytes(largest, {
      images: settings.trainImages + settings.testImages,
      batch: chosen.some((method) => partsOf(method).fullBatch)
        ? settings.trainImages
        : settings.batch,
      adam,
    }),
    diskBytes:
      tableBytes(trainingTable, { rows: totalRows, parquetRowBytes: PARQUET_ROW_BYTES }) +
      kept * weights,
    report: { seconds: REPORT_SECONDS, bytes: 0 },
  };
}
