import {
  classificationAccuracy,
  evaluateAffine,
  fitAffineRegression,
  regressionData,
} from '@resdiff/analysis';
import { oneHot } from '@resdiff/mnist';
import type { JsonValue } from '@resdiff/runtime';
import { trainedKernel, whyNoKernel } from '../limiting-kernel.ts';
import { imageRows, type ChosenImages } from '../images.ts';
import type { TrainingSettings } from './settings.ts';

/** What the shard of a limit says. */
export interface LimitNotes {
  readonly [key: string]: JsonValue;
  readonly correct: number;
  readonly count: number;
}

/** Whether training tends to kernel regression as the network grows. */
export function hasLimit(settings: TrainingSettings): boolean {
  return (
    whyNoKernel(settings) === undefined &&
    settings.loss === 'mse' &&
    settings.gradients === 'reparametrised'
  );
}

/**
 * Kernel regression with the limiting tangent kernel, [PF22] (37), to which gradient descent of the
 * infinite network tends; the variance of the noise is one over the number of images (section 6.3).
 */
export function limitAccuracy(
  settings: TrainingSettings,
  { train, test }: ChosenImages,
  classes: number,
): LimitNotes {
  const inputs = imageRows(train);
  const data = regressionData(inputs, { values: oneHot(train.labels, classes), columns: classes });
  const kernel = trainedKernel(settings, inputs.columns);
  const { mean } = fitAffineRegression(data, kernel, 1 / train.count);
  const { correct, count } = classificationAccuracy(
    evaluateAffine(mean, imageRows(test)),
    test.labels,
  );
  return { correct, count };
}
