import { classificationAccuracy } from '@resdiff/analysis';
import { shuffle } from '@resdiff/mnist';
import { seedKey } from '@resdiff/random';
import type { JsonValue, ShardContent, ShardContext } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import {
  initialParameters,
  type LabelledSet,
  type Model,
  type TrainingSession,
} from '@resdiff/trainer';
import { completedNetwork } from '../completed.ts';
import { plannedData } from '../data.ts';
import { engine } from '../engines.ts';
import type { ShardPlan } from '../experiment.ts';
import { asTensors, chooseImages } from '../images.ts';
import { tableBytes } from '../table-bytes.ts';
import {
  ASSUMED,
  engineSlowdown,
  outputSeconds,
  trainingBytes,
  trainingSeconds,
} from '../training-cost.ts';
import { parametrisations, type ReparametrisationSettings } from './settings.ts';
import { lossesTable, type LossesTable } from './table.ts';

/** One epoch of one network. */
export interface EpochTask {
  readonly [key: string]: string | number;
  readonly gradients: (typeof parametrisations)[number];
  readonly depth: number;
  readonly width: number;
}

/** What a shard says beside its rows. */
export interface EpochNotes {
  readonly [key: string]: JsonValue;
  /** Test images classified rightly after the epoch; null if training diverged. */
  readonly correct: number | null;
  readonly count: number;
}

const REPORT_SECONDS = 1.5;
const PARQUET_ROW_BYTES = 12;
/** Seconds of work between looks at whether the shard is to stop. */
const SLICE_SECONDS = 0.5;

/** Steps of the epoch: a last batch that is not whole is left out. */
export function stepCount({ trainImages, batch }: ReparametrisationSettings): number {
  return Math.floor(trainImages / batch);
}

export function planReparametrisation(settings: ReparametrisationSettings): ShardPlan {
  const { depths, widths, trainImages, testImages } = settings;
  const rows = stepCount(settings);
  const sizes = depths.flatMap((depth) => widths.map((width) => ({ depth, width, ...ASSUMED })));
  const cut = settings.gradients.map((gradients) => {
    const shards = sizes.map((size) => {
      const { depth, width } = size;
      const task: EpochTask = { gradients, depth, width };
      const cost =
        engineSlowdown(settings) *
        (trainingSeconds(size, trainImages) + outputSeconds(size, testImages));
      return { id: `${gradients}-L${depth}-D${width}`, task, rows, cost };
    });
    const part = {
      part: gradients,
      shards: shards.length,
      rows: shards.length * rows,
      work: shards.length * trainImages,
      seconds: shards.reduce((sum, { cost }) => sum + cost, 0),
    };
    return { shards, part };
  });
  const totalRows = cut.reduce((sum, { part }) => sum + part.rows, 0);
  return {
    shards: cut.flatMap(({ shards }) => shards),
    parts: cut.map(({ part }) => part),
    workUnit: 'images',
    workerBytes: trainingBytes(sizes.at(-1)!, {
      images: trainImages + testImages,
      batch: settings.batch,
      adam: false,
    }),
    diskBytes: tableBytes(lossesTable, { rows: totalRows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: { seconds: REPORT_SECONDS, bytes: 0 },
  };
}

export async function computeReparametrisation(
  settings: ReparametrisationSettings,
  task: EpochTask,
  context: ShardContext,
): Promise<ShardContent> {
  const { gradients, depth, width } = task;
  const dataset = await plannedData(settings.data, context.versions);
  const origin = { key: seedKey(settings.seed), repetition: 0 };
  const images = chooseImages(dataset, settings, origin);
  const train = asTensors(images.train, dataset.classes);
  const test = asTensors(images.test, dataset.classes);
  const inputs = train.images.length / train.count;
  const model: Model = {
    network: completedNetwork(settings, { width, depth, inputs, outputs: dataset.classes }),
    loss: settings.loss,
    gradients,
    trains: {
      input: settings.outerLayers === 'trained',
      output: settings.outerLayers === 'trained',
    },
  };
  const { batch } = settings;
  const steps = stepCount(settings);
  const order = shuffle(train.count, { key: origin.key, draw: 0, epoch: 1 }).subarray(
    0,
    steps * batch,
  );
  const trainer = await engine(settings.engine, context.device);
  const session = await trainer.open({
    model,
    optimizer: { kind: 'gradient-descent' },
    batch,
    data: train,
  });
  try {
    await session.load({ step: 0, parameters: initialParameters(model, origin) });
    const losses = await epoch(session, order, {
      rate: rateOf(settings, gradients),
      batch,
      slice: sliceOf({ depth, width, inputs, outputs: dataset.classes }, batch),
      context,
    });
    const notes = await judged(session, losses, test, dataset.classes);
    return { batches: [lossRows(settings, task, losses)], notes };
  } finally {
    await session.close();
  }
}

export function rateOf(
  { rateReparametrised, rateStandard }: ReparametrisationSettings,
  gradients: EpochTask['gradients'],
): number {
  return gradients === 'reparametrised' ? rateReparametrised : rateStandard;
}

/** Steps that take about `SLICE_SECONDS`. */
function sliceOf(size: Parameters<typeof trainingSeconds>[0], batch: number): number {
  return Math.max(1, Math.floor(SLICE_SECONDS / trainingSeconds(size, batch)));
}

interface EpochOptions {
  readonly rate: number;
  readonly batch: number;
  /** Steps of a call. */
  readonly slice: number;
  readonly context: ShardContext;
}

/** The losses of the steps; NaN from the first on that is not finite, where training ends. */
async function epoch(
  session: TrainingSession,
  order: Int32Array,
  { rate, batch, slice, context }: EpochOptions,
): Promise<Float64Array> {
  const steps = order.length / batch;
  const losses = new Float64Array(steps).fill(NaN);
  for (let step = 0; step < steps; step += slice) {
    context.signal.throwIfAborted();
    const rows = order.subarray(step * batch, Math.min(steps, step + slice) * batch);
    const found = await session.run(rows, rate);
    const lost = found.findIndex((loss) => !Number.isFinite(loss));
    losses.set(lost < 0 ? found : found.subarray(0, lost), step);
    if (lost >= 0) break;
    context.progress((step + found.length) / steps);
  }
  return losses;
}

async function judged(
  session: TrainingSession,
  losses: Float64Array,
  { images, labels, count }: LabelledSet,
  columns: number,
): Promise<EpochNotes> {
  if (Number.isNaN(losses.at(-1))) return { correct: null, count };
  const values = Float64Array.from(await session.outputs(images));
  if (!values.every(Number.isFinite)) return { correct: null, count };
  const { correct } = classificationAccuracy({ values, columns }, labels);
  return { correct, count };
}

function lossRows(
  settings: ReparametrisationSettings,
  { gradients, depth, width }: EpochTask,
  loss: Float64Array,
): Batch<LossesTable> {
  const rows = loss.length;
  return {
    rows,
    columns: {
      depth: new Int32Array(rows).fill(depth),
      width: new Int32Array(rows).fill(width),
      gradients: new Uint8Array(rows).fill(parametrisations.indexOf(gradients)),
      rate: new Float64Array(rows).fill(rateOf(settings, gradients)),
      step: Int32Array.from({ length: rows }, (_, step) => step),
      loss,
    },
  };
}
