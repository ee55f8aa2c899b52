import type { JsonValue } from '@resdiff/runtime';
import type { Experiment } from './experiment.ts';
import { reportFiniteWidth } from './finite-width/report.ts';
import {
  finiteWidthKeys,
  finiteWidthSettings,
  type FiniteWidthSettings,
} from './finite-width/settings.ts';
import {
  computeFiniteWidth,
  planFiniteWidth,
  type FiniteWidthTask,
} from './finite-width/shards.ts';
import { trajectoriesTable } from './finite-width/table.ts';

/**
 * Residual networks of finite width and growing depth beside the diffusions they tend to (Hayou, "On
 * the infinite-depth limit of finite-width neural networks").
 */
export const finiteWidth: Experiment<FiniteWidthSettings> = {
  name: 'finite-width',
  description: 'Norms along the depth of narrow and wide networks, beside their infinite depth',
  settings: finiteWidthSettings,
  keys: finiteWidthKeys,
  table: () => trajectoriesTable,
  shardUnit: 'draws',
  plan: planFiniteWidth,
  compute: (settings, task: JsonValue, context) =>
    computeFiniteWidth(settings, task as FiniteWidthTask, context),
  report: reportFiniteWidth,
};
