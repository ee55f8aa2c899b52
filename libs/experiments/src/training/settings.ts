import { z } from 'zod';
import { completedShape, refuseZeroScales } from '../completed.ts';
import { datasetName } from '../data.ts';
import { engineName } from '../engines.ts';
import {
  areSized,
  describedKeys,
  oneOf,
  positiveOr,
  seed,
  sizedMembers,
  someOf,
  wholeNumber,
  wholeNumbers,
} from '../settings.ts';

/** How a network can be trained; `-centred` subtracts the network's initial outputs. */
export const methods = [
  'gd',
  'gd-centred',
  'sgd',
  'sgd-centred',
  'adam-full',
  'adam-full-centred',
  'adam',
  'adam-centred',
] as const;
export type Method = (typeof methods)[number];

const shape = {
  data: datasetName(),
  trainImages: wholeNumber(1, 10_000_000)
    .default(20_000)
    .describe('training images, drawn at random from the training set'),
  testImages: wholeNumber(1, 10_000_000)
    .default(10_000)
    .describe('test images: all of them, or so many drawn at random'),
  size: wholeNumbers(1, 10_000)
    .default([10, 20, 50, 100])
    .describe('one or more D = L: the width and the depth'),
  optimizer: someOf(methods)
    .default(['gd', 'gd-centred', 'sgd', 'adam-full', 'adam'])
    .describe(
      'any of gd and adam-full (all images a step), sgd and adam (batches), each also -centred: minus the initial outputs',
    ),
  batch: wholeNumber(1, 10_000_000).default(200).describe('images of a step of sgd and adam'),
  epochs: wholeNumber(1, 100_000).default(120).describe('passes through the training images'),
  ...completedShape,
  inputLayer: oneOf(['trained', 'frozen']).default('trained').describe('whether A is trained'),
  outputLayer: oneOf(['trained', 'frozen']).default('trained').describe('whether G is trained'),
  loss: oneOf(['mse', 'cross-entropy'])
    .default('mse')
    .describe('mse (averaged over images and outputs) or cross-entropy'),
  gradients: oneOf(['reparametrised', 'standard'])
    .default('reparametrised')
    .describe('with respect to standard normals (reparametrised) or to the parameters (standard)'),
  rate: positiveOr('search')
    .default('search')
    .describe('the learning rate, or search: a log grid, then golden sections'),
  searchDescent: range([1, 100]).describe('ends of the grid of rates for gd and sgd'),
  searchAdam: range([0.001, 1]).describe('ends of the grid of rates for adam'),
  searchPoints: wholeNumber(2, 100).default(5).describe('rates of the grid'),
  searchRefinements: wholeNumber(0, 100).default(3).describe('golden sections after the grid'),
  searchEpochs: wholeNumber(1, 100_000).default(30).describe('epochs of each trial'),
  tuneOn: oneOf(['held-out', 'test'])
    .default('held-out')
    .describe(
      'what trials are scored on: a tenth of the training images, held out of them, or the test images (as [PF22] does)',
    ),
  repetitions: wholeNumber(1, 10_000)
    .default(1)
    .describe('trainings of each kind, from other initial weights and orders of the images'),
  engine: engineName(),
  saveWeights: oneOf(['none', 'final', 'both'])
    .default('none')
    .describe('weights kept as safetensors: none, final, or both initial and final'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const trainingSettings = z.strictObject(shape).superRefine((settings, context) => {
  if (settings.batch > settings.trainImages) {
    context.addIssue({
      code: 'custom',
      path: ['batch'],
      message: `must be at most trainImages, ${settings.trainImages}`,
    });
  }
  if (settings.rate === 'search' && settings.tuneOn === 'held-out' && settings.trainImages < 10) {
    context.addIssue({
      code: 'custom',
      path: ['trainImages'],
      message: 'must be at least 10, of which a tenth is held out to tune the rate on',
    });
  }
  if (settings.gradients === 'standard') refuseZeroScales(settings, context);
});

export type TrainingSettings = z.output<typeof trainingSettings>;

export const trainingKeys = describedKeys(shape);

function range(ends: [number, number]) {
  const error = `must be two ascending numbers above 0, such as [${ends.join(', ')}]`;
  return z
    .tuple([z.number({ error }).positive({ error }), z.number({ error }).positive({ error })], {
      error,
    })
    .refine(([from, to]) => from < to, { error, abort: true })
    .refine(areSized, sizedMembers)
    .default(ends);
}
