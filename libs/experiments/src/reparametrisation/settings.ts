import { z } from 'zod';
import { completedShape, refuseZeroScales } from '../completed.ts';
import { datasetName } from '../data.ts';
import { engineName } from '../engines.ts';
import {
  describedKeys,
  oneOf,
  positive,
  seed,
  someOf,
  wholeNumber,
  wholeNumbers,
} from '../settings.ts';

export const parametrisations = ['reparametrised', 'standard'] as const;

const shape = {
  data: datasetName(),
  trainImages: wholeNumber(1, 10_000_000).default(60_000).describe('training images of the epoch'),
  testImages: wholeNumber(1, 10_000_000)
    .default(10_000)
    .describe('test images: all of them, or so many drawn at random'),
  depths: wholeNumbers(1, 10_000).default([10, 50, 100, 300]).describe('one or more depths L'),
  widths: wholeNumbers(1, 10_000).default([10, 50, 100, 300]).describe('one or more widths D'),
  gradients: someOf(parametrisations)
    .default([...parametrisations])
    .describe('with respect to standard normals (reparametrised) or to the parameters (standard)'),
  rateReparametrised: positive()
    .default(3)
    .describe('the one learning rate of reparametrised gradients'),
  rateStandard: positive().default(0.1).describe('the one learning rate of standard gradients'),
  batch: wholeNumber(1, 10_000_000).default(200).describe('images of a step'),
  ...completedShape,
  sigmaB: completedShape.sigmaB.unwrap().default(1).describe(completedShape.sigmaB.description!),
  outerLayers: oneOf(['trained', 'frozen'])
    .default('trained')
    .describe('whether input and output layer are trained'),
  loss: oneOf(['mse', 'cross-entropy'])
    .default('cross-entropy')
    .describe('mse (averaged over images and outputs) or cross-entropy'),
  engine: engineName(),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const reparametrisationSettings = z.strictObject(shape).superRefine((settings, context) => {
  if (settings.batch > settings.trainImages) {
    context.addIssue({
      code: 'custom',
      path: ['batch'],
      message: `must be at most trainImages, ${settings.trainImages}`,
    });
  }
  if (settings.gradients.includes('standard')) refuseZeroScales(settings, context);
});
export type ReparametrisationSettings = z.output<typeof reparametrisationSettings>;
export const reparametrisationKeys = describedKeys(shape);
