import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { axisOf, count, labelsOf, panelMarkup, pathOf } from '../test/svg.ts';
import type { HeatmapData, HeatmapPanel } from './heatmap-data.ts';
import { heatmapFigure } from './heatmap.ts';
import { renderPng, renderSvg } from './render.ts';

const linspace = (min: number, max: number, points: number) =>
  Array.from({ length: points }, (_, i) => min + ((max - min) * i) / (points - 1));

const x = [0, 1, 2];
const y = [10, 20];
/** The lower row, then the upper one. */
const values = [-1, 0, 1, 0.5, NaN, -0.5];

function figureData(
  panels: Partial<HeatmapPanel>[],
  changes: Partial<HeatmapData> = {},
): HeatmapData {
  return {
    title: 'Correlations',
    subtitle: 'tanh',
    xTitle: 'z',
    yTitle: 'z′',
    colors: { title: 'correlation', scheme: 'diverging' },
    panels: panels.map((panel, i) => ({ title: `panel ${i}`, x, y, values, ...panel })),
    ...changes,
  };
}

const render = (data: HeatmapData) => renderSvg(heatmapFigure(data));

/** The colours that an SVG is rendered in, by position. */
async function pixels(svg: string): Promise<(x: number, y: number) => number[]> {
  const { Resvg } = await import('@resvg/resvg-js');
  const image = new Resvg(svg, { background: 'white' }).render();
  const bytes = image.pixels;
  return (px, py) => {
    const start = 4 * (Math.floor(py) * image.width + Math.floor(px));
    return [...bytes.subarray(start, start + 3)];
  };
}

/** Where a panel's plot lies in the figure. */
function plotOf(svg: string, name: string) {
  const [, left, top] = new RegExp(
    `${name}"[^>]*><g transform="translate\\(([\\d.]+),([\\d.]+)\\)"`,
  ).exec(svg)!;
  const size = /<image[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(panelMarkup(svg, name))!;
  const padding = 16;
  return { left: +left + padding, top: +top + padding, width: +size[1], height: +size[2] };
}

const lightness = ([red, green, blue]: number[]) => 0.3 * red + 0.59 * green + 0.11 * blue;

describe('what is drawn', () => {
  test('panels, titles, the bar of colours and its labels', async () => {
    const svg = await render(figureData([{}, {}, {}, {}, {}]));
    expect(count(svg, /role-scope heatmap-panel-/g)).toBe(5);
    expect(count(svg, /<image/g)).toBe(6);
    for (const text of ['Correlations', 'tanh', 'correlation', 'panel 4', 'z', 'z′', '−0.5']) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(svg.replace(/base64,[^"]*/g, '')).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(count(svg, />z<\/text>/g)).toBe(3);
    expect(count(svg, />z′<\/text>/g)).toBe(2);
  });

  test('cells lie around their positions, and labels are shared where these agree', async () => {
    const svg = await render(figureData([{}, {}]));
    const panel = panelMarkup(svg, 'heatmap-panel-0');
    const { width, height } = plotOf(svg, 'heatmap-panel-0');
    const [xAt, yAt] = [axisOf(panel, 'x'), axisOf(panel, 'y')];
    expect([xAt(0), xAt(width)].map((z) => z.toFixed(6))).toEqual(['-0.500000', '2.500000']);
    expect([yAt(0), yAt(height)].map((z) => z.toFixed(6))).toEqual(['25.000000', '5.000000']);
    expect(count(svg, /role-axis-label"/g)).toBe(3);
    const different = await render(figureData([{}, { y: [1, 2] }]));
    expect(count(different, /role-axis-label"/g)).toBe(4);
  });

  test('a PNG shows cells in their places with plain colours, and NaN in grey', async () => {
    const svg = await render(figureData([{}]));
    const at = await pixels(svg);
    const { left, top, width, height } = plotOf(svg, 'heatmap-panel-0');
    const color = (column: number, row: number, share = 0.5) =>
      at(left + ((column + share) / 3) * width, top + ((1 - row + share) / 2) * height);
    const [blue, white, brown] = [color(0, 0), color(1, 0), color(2, 0)];
    expect(white).toEqual([0xf7, 0xf7, 0xf7]);
    expect(blue[2]).toBeGreaterThan(blue[0] + 50);
    expect(brown[0]).toBeGreaterThan(brown[2] + 50);
    expect(color(1, 1)).toEqual([0xb4, 0xb4, 0xb4]);
    const [lightBrown, lightBlue] = [color(0, 1), color(2, 1)];
    expect(lightness(lightBrown)).toBeGreaterThan(lightness(brown) + 40);
    expect(lightBrown[0]).toBeGreaterThan(lightBrown[2] + 50);
    expect(lightBlue[2]).toBeGreaterThan(lightBlue[0] + 50);
    // Cells are not blurred into each other.
    for (const share of [0.03, 0.97]) expect(color(0, 0, share)).toEqual(blue);
  });

  test('colours have one scale in all panels, and ends that stay at those of a domain', async () => {
    const constant = (value: number) => ({ values: values.map(() => value) });
    const sequential = { title: 'F', scheme: 'sequential' as const };
    const middles = async (changes: Partial<HeatmapData>) => {
      const svg = await render(figureData([0, 1, 2, 4].map(constant), changes));
      const at = await pixels(svg);
      return [0, 1, 2, 3].map((i) => {
        const { left, top, width, height } = plotOf(svg, `heatmap-panel-${i}`);
        return at(left + width / 3, top + height / 3);
      });
    };
    const free = (await middles({ colors: sequential })).map(lightness);
    expect(free).toEqual([...free].sort((a, b) => a - b));
    expect(free[3]).toBeGreaterThan(free[0] + 100);
    const bounded = await middles({ colors: { ...sequential, domain: [1, 2] } });
    expect(bounded[0]).toEqual(bounded[1]);
    expect(bounded[3]).toEqual(bounded[2]);
    expect(bounded[1]).not.toEqual(bounded[2]);
    const around = { title: 'F', scheme: 'diverging' as const, middle: 2 };
    expect((await middles({ colors: around }))[2]).toEqual([0xf7, 0xf7, 0xf7]);
  });

  test('the bar of colours is labelled as its domain says', async () => {
    const colors = { title: 'share', scheme: 'sequential' as const, format: 'percent' as const };
    const svg = await render(figureData([{}], { colors: { ...colors, domain: [0, 1] } }));
    const bar = /<image[^>]* transform="translate\(([\d.]+),[^>]* width="240"/.exec(svg)!;
    const labels = [...svg.matchAll(/translate\(([\d.]+),[\d.]+\)"[^>]*>(\d+) %<\/text>/g)].map(
      ([, px, percent]) => [(+px - +bar[1]) / 2.4, +percent],
    );
    expect(labels.length).toBeGreaterThan(2);
    for (const [place, percent] of labels) expect(place).toBeCloseTo(percent, 4);
  });

  test('contours run where the values have their level, and end at the outer cells', async () => {
    const z = linspace(-2, 2, 150);
    const product = z.flatMap((b) => z.map((a) => a * b));
    const svg = await render(figureData([{ x: z, y: z, values: product, levels: [1] }]));
    const [xAt, yAt] = [axisOf(svg, 'x'), axisOf(svg, 'y')];
    const [, left, top] = /contour-box"[^>]*><g transform="translate\(([\d.]+),([\d.]+)\)"/.exec(
      svg,
    )!;
    const drawn = pathOf(svg, 'contours-lines').map(([px, py]) => [
      xAt(px + +left),
      yAt(py + +top),
    ]);
    const inside = drawn.filter(([a, b]) => Math.max(Math.abs(a), Math.abs(b)) < 1.97);
    expect(inside.length).toBeGreaterThan(100);
    for (const [a, b] of inside) expect(a * b).toBeCloseTo(1, 2);
    expect(svg).toMatch(/contour-box.*clip-path="url/s);
    expect(labelsOf(svg, 'x').length).toBeGreaterThan(3);
  });
});

describe('the files', () => {
  test('the same data give the same bytes again, from arrays of any type', async () => {
    const svg = await render(figureData([{}]));
    const typed = { x: Float64Array.from(x), values: Float64Array.from(values) };
    expect(await render(figureData([typed]))).toBe(svg);
    expect((await renderPng(svg)).equals(await renderPng(svg))).toBe(true);
  });

  test('large matrices make small files', async () => {
    const z = linspace(-2, 2, 700);
    const smooth = Float64Array.from({ length: 700 * 700 }, (_, node) =>
      Math.sin(3 * z[node % 700] * z[Math.floor(node / 700)]),
    );
    const panel = { x: z, y: z, values: smooth };
    const svg = await render(figureData([panel, panel, panel, panel]));
    expect(svg.length).toBeLessThan(400_000);
    const [, base64] = /heatmap-panel-0.*?base64,([^"]*)"/s.exec(svg)!;
    const png = Buffer.from(base64, 'base64');
    const data = png.indexOf('IDAT');
    const rows = inflateSync(png.subarray(data + 4, data + 4 + png.readUInt32BE(data - 4)));
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    expect(rows).toHaveLength((width + 1) * height);
    expect(width).toBeLessThanOrEqual(800);
  });
});

describe('refuses', () => {
  const drawing =
    (panel: Partial<HeatmapPanel>, changes: Partial<HeatmapData> = {}) =>
    () =>
      heatmapFigure(figureData([panel], changes));

  test('arrays whose lengths disagree, and positions without one step', () => {
    expect(drawing({ values: [1, 2] })).toThrow(
      new RangeError('panels[0].values has 2 numbers, must have 6 for 3 x by 2 y'),
    );
    expect(drawing({ x: [0, 1, 3] })).toThrow('panels[0].x must be equally spaced');
    expect(drawing({ y: [1] })).toThrow('panels[0].y has 1 numbers, must have at least 2');
  });

  test('numbers that are infinite, or NaN among contours', () => {
    expect(drawing({ values: [0, 0, 0, 0, 0, Infinity] })).toThrow(
      'panels[0].values[5] is Infinity, must be finite or NaN',
    );
    expect(drawing({ levels: [0] })).toThrow('panels[0].values[4] is NaN, must be finite');
    expect(drawing({ levels: [NaN] })).toThrow('panels[0].levels[0] is NaN');
  });

  test('domains that are empty or lopsided, and figures without panels or columns', () => {
    const colors = (changes: object) =>
      drawing({}, { colors: { title: '', scheme: 'diverging', ...changes } });
    expect(colors({ domain: [1, 1] })).toThrow('colors.domain is [1, 1]');
    expect(colors({ domain: [1, 2] })).toThrow('must hold the middle, 0, of a diverging scheme');
    expect(colors({ middle: NaN })).toThrow('colors.middle[0] is NaN');
    expect(() => heatmapFigure(figureData([]))).toThrow('there is no panel to draw');
    expect(drawing({}, { columns: 1.5 })).toThrow('heatmapFigure: columns is 1.5');
  });
});
