import type { JsonValue } from '@resdiff/runtime';
import { engineGpus, resolveTraining } from './engines.ts';
import type { Experiment } from './experiment.ts';
import { reportReparametrisation } from './reparametrisation/report.ts';
import {
  reparametrisationKeys,
  reparametrisationSettings,
  type ReparametrisationSettings,
} from './reparametrisation/settings.ts';
import {
  computeReparametrisation,
  planReparametrisation,
  type EpochTask,
} from './reparametrisation/shards.ts';
import { lossesTable } from './reparametrisation/table.ts';
import { joinLists } from './sweep/joined.ts';

/**
 * One epoch of SGD at one learning rate for all depths and widths, with reparametrised and with
 * standard gradients ([PF20] section 4.3 and Figure 5).
 */
export const reparametrisation: Experiment<ReparametrisationSettings> = {
  name: 'reparametrisation',
  description: 'One learning rate for all depths and widths: reparametrised and standard gradients',
  settings: reparametrisationSettings,
  keys: reparametrisationKeys,
  usesData: true,
  table: () => lossesTable,
  resolve: resolveTraining,
  gpus: engineGpus,
  plan: planReparametrisation,
  compute: (settings, task: JsonValue, context) =>
    computeReparametrisation(settings, task as EpochTask, context),
  report: reportReparametrisation,
  joined: (points) => joinLists(points, ['depths', 'widths', 'gradients']),
};
