import { shuffle } from '@resdiff/mnist';
import type { Key } from '@resdiff/random';
import {
  adam,
  type LabelledSet,
  type Model,
  type Optimizer,
  type TrainingJob,
} from '@resdiff/trainer';
import { completedNetwork } from '../completed.ts';
import type { Method, TrainingSettings } from './settings.ts';
import type { OptimizerName } from './table.ts';

/** What a method stands for. */
export interface MethodParts {
  readonly optimizer: OptimizerName;
  readonly centred: boolean;
  /** Whether a step takes all training images. */
  readonly fullBatch: boolean;
  readonly adam: boolean;
}

export function partsOf(method: Method): MethodParts {
  const centred = method.endsWith('-centred');
  const optimizer = method.replace('-centred', '') as OptimizerName;
  return {
    optimizer,
    centred,
    fullBatch: optimizer === 'gd' || optimizer === 'adam-full',
    adam: optimizer.startsWith('adam'),
  };
}

/** The network of a size for images of so many pixels and classes, and how it is trained. */
export function modelOf(
  settings: TrainingSettings,
  size: number,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
): Model {
  return {
    network: completedNetwork(settings, { width: size, depth: size, inputs, outputs }),
    loss: settings.loss,
    gradients: settings.gradients,
    trains: {
      input: settings.inputLayer === 'trained',
      output: settings.outputLayer === 'trained',
    },
  };
}

/** How a method goes through a set: the images of a step, and of each epoch the order. */
export function passesOf(
  { batch }: TrainingSettings,
  { fullBatch }: MethodParts,
  count: number,
  { key, repetition }: { readonly key: Key; readonly repetition: number },
): { readonly batch: number; readonly order: (epoch: number) => Int32Array } {
  if (fullBatch) {
    const all = Int32Array.from({ length: count }, (_, row) => row);
    return { batch: count, order: () => all };
  }
  const step = Math.min(batch, count);
  const kept = Math.floor(count / step) * step;
  return {
    batch: step,
    order: (epoch) => shuffle(count, { key, draw: repetition, epoch }).subarray(0, kept),
  };
}

export function jobOf(
  model: Model,
  method: MethodParts,
  batch: number,
  data: LabelledSet,
): TrainingJob {
  const optimizer: Optimizer = method.adam ? adam() : { kind: 'gradient-descent' };
  return { model, optimizer, batch, data };
}
