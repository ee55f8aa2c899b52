import {
  affineSpectrum,
  descentDisplacement,
  displaced,
  flowDisplacement,
  gradientFlow,
  regressionData,
  type AffineSpectrum,
  type Outputs,
} from '@resdiff/analysis';
import type { Dataset } from '@resdiff/mnist';
import { seedKey } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import { accuracy, initialParameters, type LabelledSet, type Model } from '@resdiff/trainer';
import { completedNetwork } from '../completed.ts';
import { plannedData } from '../data.ts';
import { engine } from '../engines.ts';
import type { ShardPlan } from '../experiment.ts';
import { asTensors, chooseImages, imageRows, targetRows, type ChosenImages } from '../images.ts';
import { trainedKernel } from '../limiting-kernel.ts';
import { tableBytes } from '../table-bytes.ts';
import {
  ASSUMED,
  engineSlowdown,
  outputSeconds,
  trainingBytes,
  trainingSeconds,
} from '../training-cost.ts';
import type { TrainingDynamicsSettings } from './settings.ts';
import { snapshotSteps } from './snapshots.ts';
import { dynamicsTable, type DynamicsTable } from './table.ts';

/** The training of one network. */
export interface DynamicsTask {
  readonly [key: string]: number;
  readonly size: number;
  readonly repetition: number;
}

const REPORT_SECONDS = 1.5;
const PARQUET_ROW_BYTES = 70;
/** Seconds of decomposing the kernel, which each worker does once. */
const SPECTRUM_SECONDS = 4;

export function planTrainingDynamics(settings: TrainingDynamicsSettings): ShardPlan {
  const { size: sizes, repetitions, steps, trainImages, testImages } = settings;
  const snapshots = snapshotSteps(steps, settings.snapshots).length;
  const cut = sizes.map((size) => {
    const network = { width: size, depth: size, ...ASSUMED };
    const cost =
      engineSlowdown(settings) *
      (steps * trainingSeconds(network, trainImages) +
        snapshots * outputSeconds(network, trainImages + testImages));
    const shards = Array.from({ length: repetitions }, (_, repetition) => {
      const task: DynamicsTask = { size, repetition };
      return { id: `${size}-${repetition}`, task, rows: snapshots, cost };
    });
    const part = {
      part: `D = L = ${size}`,
      shards: repetitions,
      rows: repetitions * snapshots,
      work: repetitions * steps * trainImages,
      seconds: repetitions * cost + (size === sizes[0] ? SPECTRUM_SECONDS : 0),
    };
    return { shards, part };
  });
  const rows = cut.reduce((sum, { part }) => sum + part.rows, 0);
  const largest = { width: sizes.at(-1)!, depth: sizes.at(-1)!, ...ASSUMED };
  return {
    shards: cut.flatMap(({ shards }) => shards),
    parts: cut.map(({ part }) => part),
    workUnit: 'images',
    workerBytes: trainingBytes(largest, {
      images: trainImages + testImages,
      batch: trainImages,
      adam: false,
    }),
    diskBytes: tableBytes(dynamicsTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: { seconds: REPORT_SECONDS, bytes: 0 },
  };
}

/** The images of a run, and the limiting kernel's matrix on them. */
interface Problem {
  readonly images: ChosenImages;
  readonly train: LabelledSet;
  readonly test: LabelledSet;
  readonly spectrum: AffineSpectrum;
  readonly inputs: number;
  readonly classes: number;
}

export async function computeTrainingDynamics(
  settings: TrainingDynamicsSettings,
  { size, repetition }: DynamicsTask,
  context: ShardContext,
): Promise<ShardContent> {
  const dataset = await plannedData(settings.data, context.versions);
  const problem = problemOf(settings, dataset);
  const { train, test, inputs, classes } = problem;
  const model: Model = {
    network: completedNetwork(settings, { width: size, depth: size, inputs, outputs: classes }),
    loss: 'mse',
    gradients: 'reparametrised',
    trains: {
      input: settings.inputLayer === 'trained',
      output: settings.outputLayer === 'trained',
    },
  };
  const trainer = await engine(settings.engine, context.device);
  const session = await trainer.open({
    model,
    optimizer: { kind: 'gradient-descent' },
    batch: train.count,
    data: train,
  });
  try {
    const origin = { key: seedKey(settings.seed), repetition };
    await session.load({ step: 0, parameters: initialParameters(model, origin) });
    const functions = async (): Promise<Functions> => ({
      train: outputsOf(await session.outputs(train.images), classes),
      test: outputsOf(await session.outputs(test.images), classes),
    });
    const initial = await functions();
    const predicted = predictions(settings, problem, initial);
    const rows: Snapshot[] = [];
    let step = 0;
    for (const next of snapshotSteps(settings.steps, settings.snapshots)) {
      for (; step < next; step++) {
        context.signal.throwIfAborted();
        await session.run(wholeSet(train), (settings.rate * classes) / 2);
        context.progress((step + 1) / settings.steps);
      }
      rows.push(compare(problem, next, { initial, now: await functions(), ...predicted(next) }));
    }
    return { batches: [snapshotRows(settings, { size, repetition }, rows)] };
  } finally {
    await session.close();
  }
}

let problem: { readonly key: string; readonly value: Problem } | undefined;

/** The problem of these settings; a worker keeps the last, as the kernel takes seconds to decompose. */
function problemOf(settings: TrainingDynamicsSettings, dataset: Dataset): Problem {
  const key = JSON.stringify([settings, dataset.sha256]);
  if (problem?.key === key) return problem.value;
  const images = chooseImages(dataset, settings, { key: seedKey(settings.seed), repetition: 0 });
  const train = asTensors(images.train, dataset.classes);
  const test = asTensors(images.test, dataset.classes);
  const inputs = train.images.length / train.count;
  const targets = targetRows(images.train, dataset.classes);
  const data = regressionData(imageRows(images.train), targets);
  const spectrum = affineSpectrum(data, trainedKernel(settings, inputs));
  const value = { images, train, test, spectrum, inputs, classes: dataset.classes };
  problem = { key, value };
  return value;
}

/** The outputs of a network on both sets of images. */
interface Functions {
  readonly train: Outputs;
  readonly test: Outputs;
}

/** What the limiting kernel makes of the initial function, in steps and in continuous time. */
function predictions(
  { rate }: TrainingDynamicsSettings,
  { images: { train, test }, spectrum, classes }: Problem,
  initial: Functions,
) {
  const flow = gradientFlow(spectrum, imageRows(train), initial.train, targetRows(train, classes));
  return (step: number) => {
    const descent = descentDisplacement(flow, step, rate);
    return {
      flow: displaced(initial.test, flowDisplacement(flow, step * rate), imageRows(test)),
      descent: {
        train: displaced(initial.train, descent, imageRows(train)),
        test: displaced(initial.test, descent, imageRows(test)),
      },
    };
  };
}

interface Snapshot {
  readonly step: number;
  readonly moved: number;
  readonly distanceToFlow: number;
  readonly distanceToDescent: number;
  readonly trainLoss: number;
  readonly predictedTrainLoss: number;
  readonly accuracy: number;
  readonly predictedAccuracy: number;
}

function compare(
  { train, test, classes }: Problem,
  step: number,
  {
    initial,
    now,
    flow,
    descent,
  }: {
    readonly initial: Functions;
    readonly now: Functions;
    readonly flow: Outputs;
    readonly descent: Functions;
  },
): Snapshot {
  const halfSquares = ({ values }: Outputs) => (classes / 2) * distance(values, train.targets) ** 2;
  return {
    step,
    moved: distance(now.test.values, initial.test.values),
    distanceToFlow: distance(now.test.values, flow.values),
    distanceToDescent: distance(now.test.values, descent.test.values),
    trainLoss: halfSquares(now.train),
    predictedTrainLoss: halfSquares(descent.train),
    accuracy: accuracy(now.test.values, test.labels, classes),
    predictedAccuracy: accuracy(descent.test.values, test.labels, classes),
  };
}

/** Root mean square of the differences. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum / a.length);
}

function snapshotRows(
  { rate }: TrainingDynamicsSettings,
  { size, repetition }: DynamicsTask,
  snapshots: readonly Snapshot[],
): Batch<DynamicsTable> {
  const rows = snapshots.length;
  const column = (of: (snapshot: Snapshot) => number) => Float64Array.from(snapshots, of);
  return {
    rows,
    columns: {
      size: new Int32Array(rows).fill(size),
      repetition: new Int32Array(rows).fill(repetition),
      step: Int32Array.from(snapshots, ({ step }) => step),
      time: column(({ step }) => step * rate),
      moved: column(({ moved }) => moved),
      distanceToFlow: column(({ distanceToFlow }) => distanceToFlow),
      distanceToDescent: column(({ distanceToDescent }) => distanceToDescent),
      trainLoss: column(({ trainLoss }) => trainLoss),
      predictedTrainLoss: column(({ predictedTrainLoss }) => predictedTrainLoss),
      accuracy: column(({ accuracy }) => accuracy),
      predictedAccuracy: column(({ predictedAccuracy }) => predictedAccuracy),
    },
  };
}

function outputsOf(values: Float32Array, columns: number): Outputs {
  return { values: Float64Array.from(values), columns };
}

function wholeSet({ count }: LabelledSet): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
