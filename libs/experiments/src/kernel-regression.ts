import type { JsonValue } from '@resdiff/runtime';
import { resolveData } from './data.ts';
import type { Experiment } from './experiment.ts';
import { reportKernelRegression } from './kernel-regression/report.ts';
import {
  kernelRegressionKeys,
  kernelRegressionSettings,
  type KernelRegressionSettings,
} from './kernel-regression/settings.ts';
import {
  computeKernelRegression,
  planKernelRegression,
  type SubsetTask,
} from './kernel-regression/shards.ts';
import { regressionsTable } from './kernel-regression/table.ts';

/**
 * Gaussian-process regression with the kernels of the doubly infinite limit ([PF22], section 6.3):
 * the accuracy that training is held against.
 */
export const kernelRegression: Experiment<KernelRegressionSettings> = {
  name: 'kernel-regression',
  description: 'Classification by kernel regression with the kernels of the infinite limit',
  settings: kernelRegressionSettings,
  keys: kernelRegressionKeys,
  usesData: true,
  table: () => regressionsTable,
  resolve: resolveData,
  plan: planKernelRegression,
  compute: (settings, task: JsonValue, context) =>
    computeKernelRegression(settings, task as SubsetTask, context),
  report: reportKernelRegression,
};
