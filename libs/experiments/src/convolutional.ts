import type { JsonValue } from '@resdiff/runtime';
import { reportConvolutional } from './convolutional/report.ts';
import {
  convolutionalKeys,
  convolutionalSettings,
  type ConvolutionalSettings,
} from './convolutional/settings.ts';
import {
  computeConvolutional,
  planConvolutional,
  type ConvolutionalTask,
} from './convolutional/shards.ts';
import { sitesTable } from './convolutional/table.ts';
import type { Experiment } from './experiment.ts';

/**
 * Moments of convolutional residual networks of growing size at the sites of images, beside their
 * diffusion limit ([PF22], section 3.2).
 */
export const convolutional: Experiment<ConvolutionalSettings> = {
  name: 'convolutional',
  description: 'Convolutional residual networks site by site, beside their diffusion limit',
  settings: convolutionalSettings,
  keys: convolutionalKeys,
  table: () => sitesTable,
  shardUnit: 'draws',
  plan: planConvolutional,
  compute: (settings, task: JsonValue, context) =>
    computeConvolutional(settings, task as ConvolutionalTask, context),
  report: reportConvolutional,
};
