import { defineTable } from '@resdiff/tables';
import { kernels } from './settings.ts';

/** regressions.parquet and regressions.arrow: a row for each kernel fitted to each subset. */
export const regressionsTable = defineTable({
  name: 'regressions',
  columns: [
    { name: 'subset', type: 'int32', description: 'Index of the random subset, from 0.' },
    {
      name: 'kernel',
      type: 'category',
      values: kernels,
      description:
        'features ([PF22] (35)), prior (36), tangent (37), or empirical-bayes, the likeliest.',
    },
    { name: 'constant', type: 'float64', description: "c of the kernel c + s <z, z'>." },
    { name: 'slope', type: 'float64', description: "s of the kernel c + s <z, z'>." },
    {
      name: 'noiseVariance',
      type: 'float64',
      description: 'Variance of the noise of the targets.',
    },
    { name: 'trainImages', type: 'int32', description: 'Images fitted.' },
    { name: 'testImages', type: 'int32', description: 'Images predicted.' },
    { name: 'correct', type: 'int32', description: 'Test images classified rightly.' },
    {
      name: 'accuracy',
      type: 'float64',
      unit: 'fraction',
      description: 'correct / testImages.',
    },
    {
      name: 'testError',
      type: 'float64',
      description: 'Squared error of the predicted targets, averaged over test images and classes.',
    },
    {
      name: 'predictiveVariance',
      type: 'float64',
      description: 'Predictive variance without the noise, averaged over test images.',
    },
    {
      name: 'logMarginalLikelihood',
      type: 'float64',
      unit: 'nat',
      description: 'Of the training targets, summed over the classes.',
    },
  ],
});

export type RegressionsTable = typeof regressionsTable;
