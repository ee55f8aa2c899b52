import type { JsonValue } from '@resdiff/runtime';
import type { Experiment } from './experiment.ts';
import { reportNtk } from './ntk/report.ts';
import { networkOf, ntkKeys, ntkSettings, type NtkSettings } from './ntk/settings.ts';
import { computeNtk, computeNtkOnGpu, planNtk, type NtkTask } from './ntk/shards.ts';
import { ntkTable } from './ntk/table.ts';
import { joinLists } from './sweep/joined.ts';
import { isWebgpu, whyNoGpu } from './webgpu.ts';

/**
 * Draws of the neural tangent kernel of a residual network at initialization, by the parameters that
 * are trained, for growing D = L ([PF22], section 5.3 and Figure 3).
 */
export const ntk: Experiment<NtkSettings> = {
  name: 'ntk',
  description: 'Tangent kernels of random networks of growing size, beside their limit',
  settings: ntkSettings,
  keys: ntkKeys,
  table: () => ntkTable,
  shardUnit: 'draws',
  plan: planNtk,
  gpus: {
    user: () => 'sampler',
    kinds: ['webgpu'],
    refusal: (settings) =>
      settings.size
        .map((size) => whyNoGpu(networkOf(settings, size).network, settings.inputs.length))
        .find((reason) => reason !== undefined),
  },
  compute: (settings, task: JsonValue, context) =>
    isWebgpu(context.device)
      ? computeNtkOnGpu(settings, task as NtkTask, context)
      : computeNtk(settings, task as NtkTask, context),
  report: reportNtk,
  joined: (points) => joinLists(points, ['size']),
};
