import {
  affineEmpiricalBayes,
  classificationAccuracy,
  evaluateAffine,
  fitAffineRegression,
  meanAffineVariance,
  regressionData,
} from '@resdiff/analysis';
import { oneHot } from '@resdiff/mnist';
import type { AffineKernel } from '@resdiff/networks';
import {
  completedPriorKernel,
  completedStateKernel,
  completedTangentKernel,
} from '@resdiff/limits';
import { seedKey } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import { plannedData } from '../data.ts';
import type { ShardPlan } from '../experiment.ts';
import { chooseImages, imageRows, targetRows } from '../images.ts';
import { completedLimit } from '../limiting-kernel.ts';
import { tableBytes } from '../table-bytes.ts';
import { kernels, type KernelName, type KernelRegressionSettings } from './settings.ts';
import { regressionsTable, type RegressionsTable } from './table.ts';

/** All kernels on one subset. */
export interface SubsetTask {
  readonly [key: string]: number;
  readonly subset: number;
}

/** CPU seconds of summing an image of digits, and of a fit with its predictions. */
const IMAGE_SECONDS = 4e-5;
const FIT_SECONDS = 1;
const EMPIRICAL_BAYES_SECONDS = 5;
const WORKER_BYTES = 250e6;
const REPORT_SECONDS = 0.7;
const PARQUET_ROW_BYTES = 80;

export function planKernelRegression(settings: KernelRegressionSettings): ShardPlan {
  const { subsets, trainImages } = settings;
  const fits = settings.kernels.length;
  const search = settings.kernels.includes('empirical-bayes') ? EMPIRICAL_BAYES_SECONDS : 0;
  const cost = trainImages * IMAGE_SECONDS + fits * FIT_SECONDS + search;
  const rows = subsets * fits;
  return {
    shards: Array.from({ length: subsets }, (_, subset) => {
      const task: SubsetTask = { subset };
      return { id: `subset-${String(subset).padStart(4, '0')}`, task, rows: fits, cost };
    }),
    parts: [
      {
        part: 'subsets',
        shards: subsets,
        rows,
        work: subsets * trainImages,
        seconds: subsets * cost,
      },
    ],
    workUnit: 'images',
    workerBytes: WORKER_BYTES,
    diskBytes: tableBytes(regressionsTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: { seconds: REPORT_SECONDS, bytes: 0 },
  };
}

export async function computeKernelRegression(
  settings: KernelRegressionSettings,
  { subset }: SubsetTask,
  { versions }: ShardContext,
): Promise<ShardContent> {
  const dataset = await plannedData(settings.data, versions);
  const origin = { key: seedKey(settings.seed), repetition: subset };
  const { train, test } = chooseImages(dataset, settings, origin);
  const targets = targetRows(train, dataset.classes);
  const inputs = imageRows(train);
  const data = regressionData(inputs, targets);
  const testData = regressionData(imageRows(test), targetRows(test, dataset.classes));
  const rows = settings.kernels.map((name) => {
    const { kernel, noiseVariance } =
      name === 'empirical-bayes'
        ? affineEmpiricalBayes(data)
        : { kernel: kernelOf(name, settings, inputs.columns), ...settings };
    const fit = fitAffineRegression(data, kernel, noiseVariance);
    const outputs = evaluateAffine(fit.mean, imageRows(test));
    const { correct, accuracy } = classificationAccuracy(outputs, test.labels);
    const expected = oneHot(test.labels, dataset.classes);
    return {
      name,
      kernel,
      noiseVariance,
      correct,
      accuracy,
      testError: mean(outputs.values.map((value, i) => (value - expected[i]) ** 2)),
      predictiveVariance: meanAffineVariance(fit, testData),
      logMarginalLikelihood: fit.logMarginalLikelihood,
    };
  });
  const column = (of: (row: (typeof rows)[number]) => number) => rows.map(of);
  const batch: Batch<RegressionsTable> = {
    rows: rows.length,
    columns: {
      subset: new Int32Array(rows.length).fill(subset),
      kernel: Uint8Array.from(column(({ name }) => kernels.indexOf(name))),
      constant: Float64Array.from(column(({ kernel }) => kernel.constant)),
      slope: Float64Array.from(column(({ kernel }) => kernel.slope)),
      noiseVariance: Float64Array.from(column(({ noiseVariance }) => noiseVariance)),
      trainImages: new Int32Array(rows.length).fill(train.count),
      testImages: new Int32Array(rows.length).fill(test.count),
      correct: Int32Array.from(column(({ correct }) => correct)),
      accuracy: Float64Array.from(column(({ accuracy }) => accuracy)),
      testError: Float64Array.from(column(({ testError }) => testError)),
      predictiveVariance: Float64Array.from(column(({ predictiveVariance }) => predictiveVariance)),
      logMarginalLikelihood: Float64Array.from(
        column(({ logMarginalLikelihood }) => logMarginalLikelihood),
      ),
    },
  };
  return { batches: [batch] };
}

function kernelOf(
  name: Exclude<KernelName, 'empirical-bayes'>,
  settings: KernelRegressionSettings,
  inputs: number,
): AffineKernel {
  const limit = completedLimit(settings, inputs);
  return {
    features: completedStateKernel,
    prior: completedPriorKernel,
    tangent: completedTangentKernel,
  }[name](limit);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
