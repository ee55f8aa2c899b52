import { pixels, type LabelledSet } from '../src/labelled-set.ts';

/**
 * The share of test images that a linear classifier gets right: one-hot targets regressed on pixels
 * and a constant, with ridge penalty `penalty`.
 */
export function ridgeAccuracy(
  train: LabelledSet,
  test: LabelledSet,
  classes: number,
  penalty: number,
): number {
  const inputs = train.images.length / train.count + 1;
  const gram = new Float64Array(inputs * inputs);
  const targets = new Float64Array(inputs * classes);
  forEachImage(train, inputs, (image, label) => {
    for (let i = 0; i < inputs; i++) {
      if (image[i] === 0) continue;
      targets[i * classes + label] += image[i];
      for (let j = 0; j <= i; j++) gram[i * inputs + j] += image[i] * image[j];
    }
  });
  for (let i = 0; i < inputs; i++) gram[i * inputs + i] += penalty;
  solve(gram, targets, inputs, classes);
  let right = 0;
  forEachImage(test, inputs, (image, label) => {
    const scores = Array.from({ length: classes }, (_, c) =>
      image.reduce((sum, value, i) => sum + value * targets[i * classes + c], 0),
    );
    if (scores.indexOf(Math.max(...scores)) === label) right++;
  });
  return right / test.count;
}

function forEachImage(
  set: LabelledSet,
  inputs: number,
  visit: (image: Float64Array, label: number) => void,
): void {
  const values = pixels(set);
  const image = new Float64Array(inputs).fill(1);
  set.labels.forEach((label, row) => {
    image.set(values.subarray(row * (inputs - 1), (row + 1) * (inputs - 1)));
    visit(image, label);
  });
}

/** Solves gram x = targets in place by Cholesky; `gram` is given by its lower triangle. */
function solve(gram: Float64Array, targets: Float64Array, n: number, columns: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = gram[i * n + j];
      for (let k = 0; k < j; k++) sum -= gram[i * n + k] * gram[j * n + k];
      gram[i * n + j] = i === j ? Math.sqrt(sum) : sum / gram[j * n + j];
    }
  }
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++)
        targets[i * columns + c] -= gram[i * n + k] * targets[k * columns + c];
      targets[i * columns + c] /= gram[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++)
        targets[i * columns + c] -= gram[k * n + i] * targets[k * columns + c];
      targets[i * columns + c] /= gram[i * n + i];
    }
  }
}
