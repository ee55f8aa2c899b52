import type { JsonValue } from '@resdiff/runtime';
import type { Experiment } from './experiment.ts';
import { reportNtk } from './ntk/report.ts';
import { ntkKeys, ntkSettings, type NtkSettings } from './ntk/settings.ts';
import { computeNtk, planNtk, type NtkTask } from './ntk/shards.ts';
import { ntkTable } from './ntk/table.ts';

/**
 * Draws of the neural tangent kernel of a residual network at initialization, by the parameters that
 * are trained, for growing D = L ([PF22], section 5.2 and Figure 3).
 */
export const ntk: Experiment<NtkSettings> = {
  name: 'ntk',
  description: 'Tangent kernels of random networks of growing size, beside their limit',
  settings: ntkSettings,
  keys: ntkKeys,
  table: () => ntkTable,
  shardUnit: 'draws',
  plan: planNtk,
  compute: (settings, task: JsonValue, context) => computeNtk(settings, task as NtkTask, context),
  report: reportNtk,
};
