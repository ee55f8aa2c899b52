import { expect, test } from 'vitest';
import { thinCurve, thinRaster } from './thin.ts';

test('a thinned curve keeps its ends and points of the curve only', () => {
  const x = Array.from({ length: 1000 }, (_, i) => i / 10);
  const thinned = thinCurve({ x, density: x.map(Math.sin) }, 100);
  expect(thinned.x).toHaveLength(100);
  expect([thinned.x[0], thinned.x[99]]).toEqual([0, 99.9]);
  expect(thinned.density).toEqual(thinned.x.map(Math.sin));
});

test('a thinned raster keeps its corners and is exact where the raster is bilinear', () => {
  const values = (width: number, height: number) =>
    Array.from({ length: width * height }, (_, node) => {
      const x = (node % width) / (width - 1);
      const y = Math.floor(node / width) / (height - 1);
      return 1 + 2 * x - 3 * y + 4 * x * y;
    });
  const thinned = thinRaster({ width: 30, height: 17, values: values(30, 17) }, 20);
  expect(thinned).toMatchObject({ width: 20, height: 17 });
  const exact = values(20, 17);
  Array.from(thinned.values).forEach((value, node) => expect(value).toBeCloseTo(exact[node], 12));
});

test('what is small enough stays as it is', () => {
  const curve = { x: [0, 1, 2], density: [3, 4, 5] };
  expect(thinCurve(curve, 3)).toEqual(curve);
  const raster = { width: 2, height: 2, values: [1, 2, 3, 4] };
  expect(thinRaster(raster, 2)).toEqual(raster);
});
