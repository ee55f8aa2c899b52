import { expect, test } from 'vitest';
import { schemeColors, schemeSize, type Rgb } from './colors.ts';

/** The relative luminance of a colour (WCAG 2.2), which is what remains of it in grey. */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('a sequential scheme is ever lighter, also in grey', () => {
  const grey = schemeColors('sequential').map(luminance);
  expect(grey).toHaveLength(schemeSize);
  grey.slice(1).forEach((light, i) => expect(light).toBeGreaterThanOrEqual(grey[i] - 0.003));
  expect(grey.at(-1)! / grey[0]).toBeGreaterThan(20);
});

test('a diverging scheme is lightest in its middle, and its sides differ in hue', () => {
  const colors = schemeColors('diverging');
  const grey = colors.map(luminance);
  const middle = (schemeSize - 1) / 2;
  expect(colors[middle]).toEqual([0xf7, 0xf7, 0xf7]);
  for (let i = 0; i < middle; i++) {
    expect(grey[i + 1]).toBeGreaterThan(grey[i]);
    expect(grey[schemeSize - 2 - i]).toBeGreaterThan(grey[schemeSize - 1 - i]);
  }
  expect(colors[0][2]).toBeGreaterThan(colors[0][0]);
  expect(colors.at(-1)![0]).toBeGreaterThan(colors.at(-1)![2]);
});

test('neighbours differ little, and the anchors are met', () => {
  for (const scheme of ['sequential', 'diverging'] as const) {
    const colors = schemeColors(scheme);
    colors.slice(1).forEach((color, i) => {
      color.forEach((channel, k) => expect(Math.abs(channel - colors[i][k])).toBeLessThan(12));
    });
  }
  const sequential = schemeColors('sequential');
  expect(sequential[0]).toEqual([0x10, 0x20, 0x4f]);
  expect(sequential.at(-1)).toEqual([0xf6, 0xea, 0x7c]);
});
