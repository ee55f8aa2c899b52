import type { JsonValue } from '@resdiff/runtime';
import { reportCorrelations } from './correlations/report.ts';
import {
  correlationsKeys,
  correlationsSettings,
  type CorrelationsSettings,
} from './correlations/settings.ts';
import {
  computeCorrelations,
  planCorrelations,
  type CorrelationsTask,
} from './correlations/shards.ts';
import { productsTable } from './correlations/table.ts';
import type { Experiment } from './experiment.ts';

/**
 * Correlations of the final states of copied inputs, over residual networks and feedforward networks
 * at the edge of chaos ([PF22], Figure 5).
 */
export const correlations: Experiment<CorrelationsSettings> = {
  name: 'correlations',
  description: 'Correlations of final states over pairs of inputs, residual and feedforward',
  settings: correlationsSettings,
  keys: correlationsKeys,
  table: () => productsTable,
  shardUnit: 'draws',
  plan: planCorrelations,
  compute: (settings, task: JsonValue, context) =>
    computeCorrelations(settings, task as CorrelationsTask, context),
  report: reportCorrelations,
};
