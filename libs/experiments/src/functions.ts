import type { JsonValue } from '@resdiff/runtime';
import type { Experiment } from './experiment.ts';
import { reportFunctions } from './functions/report.ts';
import { functionsKeys, functionsSettings, type FunctionsSettings } from './functions/settings.ts';
import { networksOf } from './functions/networks.ts';
import { whyNoGpuFunctions } from './functions/sampler.ts';
import {
  computeFunctions,
  computeFunctionsOnGpu,
  planFunctions,
  type FunctionsTask,
} from './functions/shards.ts';
import { functionsTable } from './functions/table.ts';
import { isWebgpu } from './webgpu.ts';

/**
 * The first coordinate of a network's last state as a random function of a scalar input: draws and
 * quantiles, of residual networks ([PF22], figure 4) and of feedforward ones (figure 1).
 */
export const functions: Experiment<FunctionsSettings> = {
  name: 'functions',
  description: 'Random functions of a scalar input: residual networks, or feedforward ones',
  settings: functionsSettings,
  keys: functionsKeys,
  table: () => functionsTable,
  shardUnit: 'draws',
  plan: planFunctions,
  gpus: {
    user: () => 'sampler',
    kinds: ['webgpu'],
    refusal(settings) {
      for (const network of networksOf(settings)) {
        const reason = whyNoGpuFunctions(settings, network);
        if (reason !== undefined) return reason;
      }
      return undefined;
    },
  },
  compute: (settings, task: JsonValue, context) =>
    isWebgpu(context.device)
      ? computeFunctionsOnGpu(settings, task as FunctionsTask, context)
      : computeFunctions(settings, task as FunctionsTask, context),
  report: reportFunctions,
};
