import type { JsonValue } from '@resdiff/runtime';
import type { Experiment } from './experiment.ts';
import { reportParameterLaws } from './parameter-laws/report.ts';
import {
  parameterLawsKeys,
  parameterLawsSettings,
  readFiles,
  type ParameterLawsSettings,
} from './parameter-laws/settings.ts';
import {
  computeParameterLaws,
  planParameterLaws,
  type ParameterLawsTask,
} from './parameter-laws/shards.ts';
import { momentsTable } from './parameter-laws/table.ts';

/**
 * Drift and covariance of a step of a network whose parameters have any Gaussian law, beside those of
 * its limiting diffusion ([PF22], Theorem 3.1).
 */
export const parameterLaws: Experiment<ParameterLawsSettings> = {
  name: 'parameter-laws',
  description: 'Drift and covariance of a step under general laws of the parameters',
  settings: parameterLawsSettings,
  keys: parameterLawsKeys,
  table: () => momentsTable,
  shardUnit: 'blocks',
  resolve: (settings) =>
    Promise.resolve({ settings: readFiles(settings), versions: {}, warnings: [] }),
  plan: planParameterLaws,
  compute: (settings, task: JsonValue, context) =>
    computeParameterLaws(settings, task as ParameterLawsTask, context),
  report: reportParameterLaws,
};
