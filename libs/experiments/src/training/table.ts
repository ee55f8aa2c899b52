import { defineTable } from '@resdiff/tables';

/** How a training counts: a trial of the search for a rate, or the training at the rate found. */
export const phases = ['search', 'final'] as const;

/** The plain names of the optimisers, without `-centred`. */
export const optimizers = ['gd', 'sgd', 'adam-full', 'adam'] as const;
export type OptimizerName = (typeof optimizers)[number];

export const evaluationSets = ['held-out', 'test'] as const;

/** training.parquet and training.arrow: a row for each epoch of each training. */
export const trainingTable = defineTable({
  name: 'training',
  columns: [
    { name: 'size', type: 'int32', description: 'D = L: the width and the depth of the network.' },
    {
      name: 'optimizer',
      type: 'category',
      values: optimizers,
      description: 'gd and adam-full take all images in a step, sgd and adam take batches.',
    },
    {
      name: 'centred',
      type: 'boolean',
      description: 'Whether the initial outputs of the network are subtracted from its outputs.',
    },
    {
      name: 'repetition',
      type: 'int32',
      description: 'Which initial weights and orders of the images, from 0.',
    },
    {
      name: 'phase',
      type: 'category',
      values: phases,
      description: 'search (a trial of the search for a rate) or final.',
    },
    {
      name: 'trial',
      type: 'int32',
      description: 'Index of the trial within its search, from 0; 0 in the phase final.',
    },
    { name: 'rate', type: 'float64', description: 'The learning rate.' },
    {
      name: 'epoch',
      type: 'int32',
      description: 'Passes through the training images so far; 0 before training.',
    },
    {
      name: 'trainLoss',
      type: 'float64',
      description:
        'Average loss of the steps of the epoch, each before its update; at epoch 0, of all its images. NaN once training has diverged.',
    },
    {
      name: 'evaluatedOn',
      type: 'category',
      values: evaluationSets,
      description: 'held-out (training images kept back from a search) or test.',
    },
    {
      name: 'loss',
      type: 'float64',
      description: 'Loss on the images of evaluatedOn; NaN once training has diverged.',
    },
    {
      name: 'accuracy',
      type: 'float64',
      unit: 'fraction',
      description: 'Share of the images of evaluatedOn classified rightly; NaN once diverged.',
    },
  ],
});

export type TrainingTable = typeof trainingTable;
