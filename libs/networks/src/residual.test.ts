import { expect, test } from 'vitest';
import { copiedInput } from './inputs.ts';
import { dt } from './residual.ts';

test('a layer is a step of T / L', () => {
  expect(dt({ T: 1, depth: 500 })).toBe(0.002);
});

test('a copied input has z in every coordinate', () => {
  expect(copiedInput(-0.25, 3)).toEqual(new Float64Array([-0.25, -0.25, -0.25]));
});
