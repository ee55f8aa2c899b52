import type { JsonValue } from '@resdiff/runtime';
import type { Experiment } from './experiment.ts';
import { reportSurfaces } from './surfaces/report.ts';
import { surfacesKeys, surfacesSettings, type SurfacesSettings } from './surfaces/settings.ts';
import { computeSurfaces, planSurfaces, type SurfacesTask } from './surfaces/shards.ts';
import { surfacesTable } from './surfaces/table.ts';

/** Residual networks as random functions of an input of two coordinates, x_0 = A z ([PF22], Figure 8). */
export const surfaces: Experiment<SurfacesSettings> = {
  name: 'surfaces',
  description: 'Residual networks as random functions of two-dimensional inputs',
  settings: surfacesSettings,
  keys: surfacesKeys,
  table: () => surfacesTable,
  shardUnit: 'draws',
  plan: planSurfaces,
  compute: (settings, task: JsonValue, context) =>
    computeSurfaces(settings, task as SurfacesTask, context),
  report: reportSurfaces,
};
