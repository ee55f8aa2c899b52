import type { JsonValue } from '@resdiff/runtime';
import { reportDraws } from './draws/report.ts';
import { drawsKeys, drawsSettings, networkOf, type DrawsSettings } from './draws/settings.ts';
import { computeDraws, computeDrawsOnGpu, planDraws, type DrawsTask } from './draws/shards.ts';
import { drawsTable } from './draws/table.ts';
import type { Experiment } from './experiment.ts';
import { isWebgpu, whyNoGpu } from './webgpu.ts';

/**
 * Draws of the final state of a residual network, of the Euler scheme of its limiting diffusion and
 * of the transition density of the doubly infinite limit ([PF22], section 6.1 and Figure 2).
 */
export const draws: Experiment<DrawsSettings> = {
  name: 'draws',
  description: 'Final states of residual networks, their limiting diffusion and the infinite limit',
  settings: drawsSettings,
  keys: drawsKeys,
  table: () => drawsTable,
  shardUnit: 'draws',
  plan: planDraws,
  gpus: {
    user: () => 'sampler',
    kinds: ['webgpu'],
    refusal: (settings) => whyNoGpu(networkOf(settings), settings.inputs.length),
  },
  compute: (settings, task: JsonValue, context) =>
    isWebgpu(context.device)
      ? computeDrawsOnGpu(settings, task as DrawsTask, context)
      : computeDraws(settings, task as DrawsTask),
  report: reportDraws,
};
