import { expect, test } from 'vitest';
import { classificationAccuracy } from './accuracy.ts';

test('counts rows whose largest output is that of their label, the first of equals', () => {
  const outputs = {
    values: Float64Array.of(0.1, 0.9, 0, 2, 2, 1, -1, -2, -1, -3, -2, -1),
    columns: 3,
  };
  expect(classificationAccuracy(outputs, [1, 0, 0, 2])).toMatchObject({ correct: 4, accuracy: 1 });
  expect(classificationAccuracy(outputs, [1, 1, 2, 2])).toEqual({
    correct: 2,
    count: 4,
    accuracy: 0.5,
    se: 0.25,
  });
});

test('the extremes have no spread', () => {
  const outputs = { values: Float32Array.of(1, 0, 0, 1), columns: 2 };
  expect(classificationAccuracy(outputs, Uint8Array.of(0, 1)).se).toBe(0);
  expect(classificationAccuracy(outputs, Uint8Array.of(1, 0))).toMatchObject({ correct: 0, se: 0 });
});

test('refuses labels that are no classes, other counts and NaN', () => {
  const outputs = { values: Float64Array.of(1, 0, NaN, 1), columns: 2 };
  expect(() => classificationAccuracy(outputs, [0, 1])).toThrow('row 1, column 0 is NaN');
  expect(() => classificationAccuracy(outputs, [2, 1])).toThrow('label 0 is 2');
  expect(() => classificationAccuracy(outputs, [0])).toThrow('2 rows of outputs and 1 labels');
});
