import { describe, expect, it } from 'vitest';
import { noise } from '../test/problem.ts';
import { accuracy, crossEntropy, logSoftmax, lossOf, meanSquaredError } from './losses.ts';

const outputs = Float64Array.from(noise(12, 1));
const targets = Float64Array.of(0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1);

describe('meanSquaredError', () => {
  it('is the average over images and outputs', () => {
    expect(meanSquaredError([1, 2, 3, 4], [1, 0, 0, 4])).toBe((4 + 9) / 4);
    expect(lossOf('mse', [1, 2, 3, 4], [1, 0, 0, 4], 2)).toBe((4 + 9) / 4);
  });
});

describe('crossEntropy', () => {
  it('is the average over images of -log softmax of the label', () => {
    const images = [outputs.slice(0, 4), outputs.slice(4, 8), outputs.slice(8)];
    const labels = [2, 0, 3];
    const naive = images.map((y, i) => -Math.log(Math.exp(y[labels[i]]) / sumOfExp(y)));
    const expected = (naive[0] + naive[1] + naive[2]) / 3;
    expect(crossEntropy(outputs, targets, 4)).toBeCloseTo(expected, 14);
    expect(lossOf('cross-entropy', outputs, targets, 4)).toBeCloseTo(expected, 14);
  });

  it('is log(classes) for equal outputs, whatever they are', () => {
    for (const value of [0, 1000, -1000]) {
      expect(crossEntropy(new Float64Array(12).fill(value), targets, 4)).toBeCloseTo(
        Math.log(4),
        14,
      );
    }
  });

  it('has the slope (softmax - target) / images, by central differences', () => {
    outputs.forEach((_, i) => {
      const moved = (by: number) =>
        crossEntropy(
          outputs.map((y, j) => (i === j ? y + by : y)),
          targets,
          4,
        );
      const image = outputs.slice(i - (i % 4), i - (i % 4) + 4);
      const softmax = Math.exp(outputs[i]) / sumOfExp(image);
      expect((moved(1e-5) - moved(-1e-5)) / 2e-5).toBeCloseTo((softmax - targets[i]) / 3, 9);
    });
  });

  it('neither overflows nor loses small losses', () => {
    expect(crossEntropy([1000, -1000], [0, 1], 2)).toBe(2000);
    expect(crossEntropy([1000, -1000], [1, 0], 2)).toBe(0);
    expect(crossEntropy([0, -20], [1, 0], 2) / Math.log1p(Math.exp(-20))).toBeCloseTo(1, 6);
  });

  it('is not a number where an output is not', () => {
    expect(crossEntropy([NaN, 0], [0, 1], 2)).toBeNaN();
    expect(crossEntropy([Infinity, 0], [0, 1], 2)).toBeNaN();
  });
});

describe('logSoftmax', () => {
  it('has exponentials that sum to 1', () => {
    for (const shift of [0, 700, -700]) {
      const logarithms = logSoftmax(outputs.slice(0, 5).map((y) => y + shift));
      expect(sumOfExp(logarithms)).toBeCloseTo(1, 14);
    }
  });
});

describe('accuracy', () => {
  it('is the fraction of images whose label has the largest output', () => {
    expect(accuracy([1, 2, 3, 3, 2, 1, -5, -1, -3], [2, 1, 1], 3)).toBeCloseTo(2 / 3, 15);
  });

  it('gives ties to the lowest class', () => {
    const equal = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(accuracy(equal, [0, 1, 2], 3)).toBeCloseTo(1 / 3, 15);
    expect(accuracy([1, 2, 2], [1], 3)).toBe(1);
    expect(accuracy([1, 2, 2], [2], 3)).toBe(0);
  });

  it('counts an image with an output that is not a number as wrong', () => {
    for (const y of [
      [NaN, 1],
      [1, NaN],
      [NaN, NaN],
    ]) {
      expect(accuracy(y, [0], 2)).toBe(0);
      expect(accuracy(y, [1], 2)).toBe(0);
    }
    expect(accuracy([-Infinity, -Infinity], [0], 2)).toBe(1);
  });

  it('refuses outputs that are not of the labels', () => {
    expect(() => accuracy([1, 2, 3], [0], 2)).toThrow(
      new RangeError('3 outputs are not those of 1 labels of 2 classes'),
    );
  });
});

function sumOfExp(values: Float64Array): number {
  return values.reduce((sum, value) => sum + Math.exp(value), 0);
}
