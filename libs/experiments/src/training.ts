import type { JsonValue } from '@resdiff/runtime';
import { engineGpus, resolveTraining } from './engines.ts';
import type { Experiment } from './experiment.ts';
import { joinLists } from './sweep/joined.ts';
import { reportTraining } from './training/report.ts';
import { trainingKeys, trainingSettings, type TrainingSettings } from './training/settings.ts';
import { computeTraining } from './training/shards.ts';
import { trainingTable } from './training/table.ts';
import { planTraining, type TrainingTask } from './training/tasks.ts';

/**
 * Training of completed networks of growing size by gradient descent, SGD and Adam, beside kernel
 * regression with the limiting tangent kernel ([PF22], section 6.3 and Figure 6).
 */
export const training: Experiment<TrainingSettings> = {
  name: 'training',
  description: 'Training of networks of growing size, beside their kernel limit',
  settings: trainingSettings,
  keys: trainingKeys,
  usesData: true,
  table: () => trainingTable,
  resolve: resolveTraining,
  gpus: engineGpus,
  plan: planTraining,
  compute: (settings, task: JsonValue, context) =>
    computeTraining(settings, task as TrainingTask, context),
  report: reportTraining,
  joined: (points) => joinLists(points, ['size', 'optimizer'], { gaps: true }),
};
