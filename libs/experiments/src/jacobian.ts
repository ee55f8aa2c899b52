import type { JsonValue } from '@resdiff/runtime';
import type { Experiment } from './experiment.ts';
import { reportJacobian } from './jacobian/report.ts';
import { jacobianKeys, jacobianSettings, type JacobianSettings } from './jacobian/settings.ts';
import { computeJacobian, planJacobian, type JacobianTask } from './jacobian/shards.ts';
import { jacobianTable } from './jacobian/table.ts';

/**
 * The Jacobian of a residual network along its depth, the Euler schemes of its limit and of that
 * limit's inverse ([PF22] (27), (28)), and gradients beside those of feedforward networks at the edge
 * of chaos.
 */
export const jacobian: Experiment<JacobianSettings> = {
  name: 'jacobian',
  description: 'Jacobians of residual networks along the depth: invertibility and gradient norms',
  settings: jacobianSettings,
  keys: jacobianKeys,
  table: () => jacobianTable,
  shardUnit: 'draws',
  plan: planJacobian,
  compute: (settings, task: JsonValue, context) =>
    computeJacobian(settings, task as JacobianTask, context),
  report: reportJacobian,
};
