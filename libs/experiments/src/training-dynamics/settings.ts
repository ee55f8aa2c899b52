import { z } from 'zod';
import { completedShape } from '../completed.ts';
import { datasetName } from '../data.ts';
import { engineName } from '../engines.ts';
import { whyNoKernel } from '../limiting-kernel.ts';
import { describedKeys, oneOf, positive, seed, wholeNumber, wholeNumbers } from '../settings.ts';

/** The figure tells so many apart. */
const MOST_SIZES = 8;

const shape = {
  data: datasetName(),
  trainImages: wholeNumber(1, 10_000_000)
    .default(1000)
    .describe('training images, drawn at random from the training set'),
  testImages: wholeNumber(1, 10_000_000)
    .default(1000)
    .describe('test images on which functions are compared, drawn at random'),
  size: wholeNumbers(1, 10_000, { atMost: MOST_SIZES })
    .default([10, 20, 50, 100])
    .describe('one or more D = L: the width and the depth'),
  steps: wholeNumber(1, 10_000_000).default(500).describe('steps of gradient descent'),
  snapshots: wholeNumber(2, 10_000)
    .default(25)
    .describe('steps at which functions are compared, evenly spaced in the logarithm'),
  rate: positive()
    .default(1)
    .describe('learning rate on half the squared error, averaged over images: a step is this time'),
  repetitions: wholeNumber(1, 10_000).default(8).describe('networks of each size'),
  ...completedShape,
  inputLayer: oneOf(['trained', 'frozen']).default('trained').describe('whether A is trained'),
  outputLayer: oneOf(['trained', 'frozen']).default('trained').describe('whether G is trained'),
  engine: engineName(),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const trainingDynamicsSettings = z.strictObject(shape).superRefine((settings, context) => {
  const missing = whyNoKernel(settings);
  if (missing) {
    context.addIssue({
      code: 'custom',
      path: [missing.setting],
      message: `must give an affine kernel in the limit: ${missing.reason}`,
    });
  }
});
export type TrainingDynamicsSettings = z.output<typeof trainingDynamicsSettings>;
export const trainingDynamicsKeys = describedKeys(shape);
