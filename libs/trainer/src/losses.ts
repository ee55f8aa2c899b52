import type { Loss } from './model.ts';

/**
 * The loss of outputs, in f64.
 *
 * @param outputs count x classes, row-major; offsets already subtracted.
 * @param targets count x classes.
 * @param classes outputs of an image.
 */
export function lossOf(
  loss: Loss,
  outputs: ArrayLike<number>,
  targets: ArrayLike<number>,
  classes: number,
): number {
  return loss === 'mse'
    ? meanSquaredError(outputs, targets)
    : crossEntropy(outputs, targets, classes);
}

/** The average of (output - target)^2 over images and outputs. */
export function meanSquaredError(outputs: ArrayLike<number>, targets: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < outputs.length; i++) sum += (outputs[i] - targets[i]) ** 2;
  return sum / outputs.length;
}

/** The average over images of -sum_o target_o log softmax(output)_o. */
export function crossEntropy(
  outputs: ArrayLike<number>,
  targets: ArrayLike<number>,
  classes: number,
): number {
  let sum = 0;
  for (let start = 0; start < outputs.length; start += classes) {
    const logarithms = logSoftmax(row(outputs, start, classes));
    for (let o = 0; o < classes; o++) sum -= targets[start + o] * logarithms[o];
  }
  return (sum * classes) / outputs.length;
}

/** log(exp(y_o) / sum exp(y)), which neither overflows nor underflows: the largest y is taken out. */
export function logSoftmax(y: Float64Array): Float64Array {
  const largest = y.reduce((largest, value) => Math.max(largest, value), -Infinity);
  const sum = y.reduce((sum, value) => sum + Math.exp(value - largest), 0);
  return y.map((value) => value - largest - Math.log(sum));
}

/**
 * The fraction of images whose largest output is that of their label. Of equal outputs the lowest
 * class wins; an image with an output that is not a number is wrong.
 *
 * @param outputs count x classes, row-major.
 * @param labels of each image its class.
 * @throws {RangeError} if there are not as many rows of outputs as labels.
 */
export function accuracy(
  outputs: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  if (outputs.length !== labels.length * classes) {
    throw new RangeError(
      `${outputs.length} outputs are not those of ${labels.length} labels of ${classes} classes`,
    );
  }
  let right = 0;
  for (let image = 0; image < labels.length; image++) {
    const y = row(outputs, image * classes, classes);
    if (y.indexOf(Math.max(...y)) === labels[image]) right++;
  }
  return right / labels.length;
}

function row(values: ArrayLike<number>, start: number, length: number): Float64Array {
  return Float64Array.from({ length }, (_, o) => values[start + o]);
}
