import type { JsonValue } from '@resdiff/runtime';
import { engineGpus, resolveTraining } from './engines.ts';
import type { Experiment } from './experiment.ts';
import { joinLists } from './sweep/joined.ts';
import { reportTrainingDynamics } from './training-dynamics/report.ts';
import {
  trainingDynamicsKeys,
  trainingDynamicsSettings,
  type TrainingDynamicsSettings,
} from './training-dynamics/settings.ts';
import {
  computeTrainingDynamics,
  planTrainingDynamics,
  type DynamicsTask,
} from './training-dynamics/shards.ts';
import { dynamicsTable } from './training-dynamics/table.ts';

/**
 * The function of a network during gradient descent, beside kernel gradient flow and descent from
 * the same initial function with the tangent kernel of the doubly infinite limit ([PF22] (37)).
 */
export const trainingDynamics: Experiment<TrainingDynamicsSettings> = {
  name: 'training-dynamics',
  description:
    'The function of a network in training, beside the gradient flow of its kernel limit',
  settings: trainingDynamicsSettings,
  keys: trainingDynamicsKeys,
  usesData: true,
  table: () => dynamicsTable,
  resolve: resolveTraining,
  gpus: engineGpus,
  plan: planTrainingDynamics,
  compute: (settings, task: JsonValue, context) =>
    computeTrainingDynamics(settings, task as DynamicsTask, context),
  report: reportTrainingDynamics,
  joined: (points) => joinLists(points, ['size']),
};
