import { expect, test } from 'vitest';
import { pngUrl } from './indexed-png.ts';
import type { Rgb } from './colors.ts';

test('another reader sees the colours of all pixels', async () => {
  const { Resvg } = await import('@resvg/resvg-js');
  const [width, height] = [37, 23];
  const palette = Array.from({ length: 256 }, (_, i): Rgb => [i, (7 * i) % 256, 255 - i]);
  const images = [
    (x: number, y: number) => (x * x * 31 + y * y * 17 + x * y) % 256,
    (x: number, y: number) => Math.floor(x / 5) + 16 * Math.floor(y / 4),
    () => 255,
  ];
  for (const index of images) {
    const pixels = Uint8Array.from({ length: width * height }, (_, i) =>
      index(i % width, Math.floor(i / width)),
    );
    const url = pngUrl({ width, height, pixels, palette });
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
      `width="${width}" height="${height}"><image xlink:href="${url}" ` +
      `width="${width}" height="${height}"/></svg>`;
    const shown = new Resvg(svg).render().pixels;
    const expected = [...pixels].flatMap((each) => [...palette[each], 255]);
    expect([...shown]).toEqual(expected);
  }
});
