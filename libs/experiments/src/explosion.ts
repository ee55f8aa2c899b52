import type { JsonValue } from '@resdiff/runtime';
import type { Experiment } from './experiment.ts';
import { reportExplosion } from './explosion/report.ts';
import { explosionKeys, explosionSettings, type ExplosionSettings } from './explosion/settings.ts';
import { computeExplosion, planExplosion, type ExplosionTask } from './explosion/shards.ts';
import { explosionTable } from './explosion/table.ts';

/**
 * When residual networks of growing size, and the Euler scheme of their limit, pass ever larger norms,
 * beside the time at which the doubly infinite limit explodes ([PF22], Proposition 5.2).
 */
export const explosion: Experiment<ExplosionSettings> = {
  name: 'explosion',
  description: 'When networks with curved activations diverge, beside the explosion of the limit',
  settings: explosionSettings,
  keys: explosionKeys,
  table: () => explosionTable,
  shardUnit: 'draws',
  plan: planExplosion,
  compute: (settings, task: JsonValue, context) =>
    computeExplosion(settings, task as ExplosionTask, context),
  report: reportExplosion,
};
