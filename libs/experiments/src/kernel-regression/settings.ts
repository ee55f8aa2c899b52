import { z } from 'zod';
import { completedShape } from '../completed.ts';
import { datasetName } from '../data.ts';
import { whyNoKernel } from '../limiting-kernel.ts';
import { describedKeys, positive, seed, someOf, wholeNumber } from '../settings.ts';

/**
 * Kernels of completed networks in the doubly infinite limit ([PF22] (35), (36), (37)), and the affine
 * kernel with the noise that makes the training targets likeliest (empirical Bayes).
 */
export const kernels = ['features', 'prior', 'tangent', 'empirical-bayes'] as const;
export type KernelName = (typeof kernels)[number];

const shape = {
  data: datasetName(),
  trainImages: wholeNumber(1, 10_000_000)
    .default(20_000)
    .describe('training images of a subset, drawn at random from the training set'),
  testImages: wholeNumber(1, 10_000_000)
    .default(10_000)
    .describe('test images: all of them, or so many drawn at random'),
  subsets: wholeNumber(1, 10_000).default(8).describe('random subsets, each fitted anew'),
  kernels: someOf(kernels)
    .default([...kernels])
    .describe(
      'any of features (35, the last hidden state), prior (36, the outputs), tangent (37, training every layer), empirical-bayes (the likeliest affine kernel and noise)',
    ),
  noiseVariance: positive()
    .default(1 / 20_000)
    .describe('variance of the noise of the targets, for all kernels but empirical-bayes'),
  ...completedShape,
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const kernelRegressionSettings = z.strictObject(shape).superRefine((settings, context) => {
  const missing = whyNoKernel(settings);
  if (missing && settings.kernels.some((kernel) => kernel !== 'empirical-bayes')) {
    context.addIssue({
      code: 'custom',
      path: [missing.setting],
      message: `must give an affine kernel in the limit: ${missing.reason}. Take another, or kernels=empirical-bayes`,
    });
  }
});
export type KernelRegressionSettings = z.output<typeof kernelRegressionSettings>;
export const kernelRegressionKeys = describedKeys(shape);
