import { expect, test } from 'vitest';
import { textWidth, wrapText } from './text.ts';

test('texts are wider the longer, the larger and the bolder they are', () => {
  const width = textWidth('width', { size: 10 });
  expect(textWidth('widths', { size: 10 })).toBeGreaterThan(width);
  expect(textWidth('width', { size: 20 })).toBeCloseTo(2 * width);
  expect(textWidth('width', { size: 10, bold: true })).toBeGreaterThan(width);
});

test('lines break between words only, and a word that is too long has a line of its own', () => {
  const width = textWidth('depth and', { size: 10 });
  expect(wrapText('depth and width', { size: 10 }, width)).toEqual(['depth and', 'width']);
  expect(wrapText('preactivations at depth', { size: 10 }, 50)).toEqual([
    'preactivations',
    'at depth',
  ]);
  expect(wrapText('', { size: 10 }, 50)).toEqual([]);
});
