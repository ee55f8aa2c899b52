import { oneHot, pixels, select, subset, type Dataset, type LabelledSet } from '@resdiff/mnist';
import type { Key } from '@resdiff/random';
import type { Rows } from '@resdiff/analysis';
import type { LabelledSet as EvaluationSet } from '@resdiff/trainer';

export interface ChosenImages {
  readonly train: LabelledSet;
  readonly test: LabelledSet;
}

/**
 * The images of one repetition: a random subset of the training set, and the test set or a random
 * subset of it, which is the same for all repetitions.
 */
export function chooseImages(
  { train, test }: Dataset,
  { trainImages, testImages }: { readonly trainImages: number; readonly testImages: number },
  { key, repetition }: { readonly key: Key; readonly repetition: number },
): ChosenImages {
  return {
    train: select(train, subset(train.count, trainImages, { key, draw: repetition })),
    test:
      testImages === test.count
        ? test
        : select(test, subset(test.count, testImages, { key, draw: 0 })),
  };
}

/** Images and one-hot targets as the trainer takes them. */
export function asTensors(set: LabelledSet, classes: number): EvaluationSet {
  return {
    count: set.count,
    images: pixels(set),
    targets: oneHot(set.labels, classes),
    labels: set.labels,
  };
}

/** Images as rows of intensities in [0, 1], which are not copied. */
export function imageRows({ images, count }: LabelledSet): Rows {
  return { values: images, columns: images.length / count, scale: 1 / 255 };
}

/** The labels of images as rows of one-hot targets. */
export function targetRows({ labels }: LabelledSet, classes: number): Rows {
  return { values: oneHot(labels, classes), columns: classes };
}
