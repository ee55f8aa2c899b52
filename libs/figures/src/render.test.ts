import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Spec } from 'vega';
import { expect, test } from 'vitest';
import { renderPng, renderSvg } from './render.ts';

/** A figure whose SVG has ids, of a gradient and a clip path. */
const spec: Spec = {
  width: 60,
  height: 40,
  autosize: 'none',
  data: [{ name: 'points', values: [{ x: 1 }, { x: 2 }] }],
  scales: [{ name: 'x', domain: [0, 3], range: 'width' }],
  axes: [{ orient: 'bottom', scale: 'x', tickCount: 3 }],
  marks: [
    {
      type: 'rect',
      clip: true,
      from: { data: 'points' },
      encode: {
        enter: {
          x: { scale: 'x', field: 'x' },
          width: { value: 10 },
          height: { value: 40 },
          fill: { value: { gradient: 'linear', stops: [{ offset: 0, color: 'red' }] } },
        },
      },
    },
    { type: 'text', encode: { enter: { text: { value: 'depth' }, y: { value: 20 } } } },
  ],
};

const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

test('the same figure gives the same SVG again, alone or among others', async () => {
  const svg = await renderSvg(spec);
  expect(svg).toMatch(/id="gradient_0"/);
  expect(svg).toMatch(/id="clip1"/);
  expect(await renderSvg(spec)).toBe(svg);
  const wider = { ...spec, width: 70 };
  const [first, other, last] = await Promise.all([spec, wider, spec].map(renderSvg));
  expect([first, last]).toEqual([svg, svg]);
  expect(other).not.toBe(svg);
});

test('the SVG and the PNG have the same bytes in a fresh process', async () => {
  const svg = await renderSvg(spec);
  const png = await renderPng(svg, { scale: 2 });
  const script = `
    import { createHash } from 'node:crypto';
    import { renderPng, renderSvg } from ${JSON.stringify(new URL('render.ts', import.meta.url).href)};
    const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
    const svg = await renderSvg(${JSON.stringify(spec)});
    console.log(digest(svg), digest(await renderPng(svg, { scale: 2 })));
  `;
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const output = execFileSync(process.execPath, flags, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(output.trim()).toBe(`${digest(svg)} ${digest(png)}`);
});

test('rendering leaves the specification as it was', async () => {
  const before = JSON.stringify(spec);
  const keys = Reflect.ownKeys((spec.data as { values: object[] }[])[0].values[0]);
  await renderSvg(spec);
  expect(JSON.stringify(spec)).toBe(before);
  expect(Reflect.ownKeys((spec.data as { values: object[] }[])[0].values[0])).toEqual(keys);
});

test('a PNG has the size of the SVG times the scale', async () => {
  const svg = await renderSvg(spec);
  const [, width, height] = /^<svg[^>]* width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
  for (const scale of [undefined, 1, 2.5]) {
    const png = await renderPng(svg, scale === undefined ? {} : { scale });
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(Math.ceil(width * (scale ?? 1)));
    expect(png.readUInt32BE(20)).toBe(Math.ceil(height * (scale ?? 1)));
  }
});

test('a PNG shows text, which resvg would leave out were its font missing', async () => {
  const image = (content: string) =>
    renderPng(`<svg xmlns="http://www.w3.org/2000/svg" width="50" height="20">${content}</svg>`);
  const text = (family: string, weight: string, fill: string) =>
    image(`<text y="15" font-family="${family}" font-weight="${weight}" fill="${fill}">x</text>`);
  const blank = await image('');
  const regular = await text('DejaVu Sans', 'normal', 'black');
  const bold = await text('DejaVu Sans', 'bold', 'black');
  expect(regular.equals(blank)).toBe(false);
  expect(bold.equals(regular)).toBe(false);
  expect((await text('DejaVu Sans', 'normal', 'none')).equals(blank)).toBe(true);
});

test('refuses scales that are not positive and SVG that cannot be read', async () => {
  await expect(renderPng('<svg/>', { scale: 0 })).rejects.toThrow('renderPng: scale is 0');
  await expect(renderPng('depth')).rejects.toThrow();
});

test('errors in a specification are thrown, and the next figure is rendered all the same', async () => {
  const unparsable = { ...spec, signals: [{ name: 'depth', update: '1 +' }] };
  const broken: Spec = {
    data: [
      {
        name: 'grids',
        values: [{ grid: null }],
        transform: [{ type: 'isocontour', field: 'grid' }],
      },
    ],
  };
  const parsing = renderSvg(unparsable);
  const evaluation = renderSvg(broken);
  const sound = renderSvg(spec);
  await expect(parsing).rejects.toThrow('1 +');
  await expect(evaluation).rejects.toThrow('renderSvg:');
  expect(await sound).toMatch(/^<svg/);
});
