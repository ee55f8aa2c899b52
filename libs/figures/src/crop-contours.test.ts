import { expect, test } from 'vitest';
import { cropContours } from './crop-contours.ts';

const axis = (length: number) => Array.from({ length }, (_, i) => i);

test('keeps what reaches the lowest level of any density, and a tenth more on each side', () => {
  const density = axis(40 * 30).map((node) => {
    const [column, row] = [node % 40, Math.floor(node / 40)];
    return column >= 10 && column < 20 && row >= 12 && row < 17 ? node : 0;
  });
  const contours = [{ density, levels: [2000, 1] }];
  const cropped = cropContours({ x: axis(40), y: axis(30), contours });
  expect(cropped.x).toEqual(axis(40).slice(9, 21));
  expect(cropped.y).toEqual(axis(30).slice(11, 18));
  expect(cropped.contours[0].density).toEqual(
    cropped.y.flatMap((row) => cropped.x.map((column) => density[row * 40 + column])),
  );
});

test('keeps the whole grid when it is full, or when nothing reaches a level', () => {
  for (const levels of [[0.5], [2]]) {
    const contours = [{ density: Array<number>(12).fill(1), levels }];
    const grid = { x: axis(4), y: axis(3), contours };
    expect(cropContours(grid)).toEqual(grid);
  }
});
