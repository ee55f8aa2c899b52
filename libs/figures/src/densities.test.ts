import { describe, expect, test } from 'vitest';
import { axisOf, count, panelMarkup, pathOf } from '../test/svg.ts';
import { densitiesFigure } from './densities.ts';
import type { DensitiesData, DensityPanel, JointDensity } from './density-data.ts';
import { renderPng, renderSvg } from './render.ts';

const names = ['resnet', 'sde', 'limit'];

const linspace = (min: number, max: number, points: number) =>
  Array.from({ length: points }, (_, i) => min + ((max - min) * i) / (points - 1));

const gaussian = (x: number, deviation = 1) =>
  Math.exp(-0.5 * (x / deviation) ** 2) / (deviation * Math.sqrt(2 * Math.PI));

const correlation = 0.6;

/** The squared Mahalanobis distance of a correlated pair of unit variances from the origin. */
const distance = (x: number, y: number) =>
  (x * x - 2 * correlation * x * y + y * y) / (1 - correlation ** 2);

const level = 0.05;
const bivariatePeak = 1 / (2 * Math.PI * Math.sqrt(1 - correlation ** 2));

function panelOf(title: string): DensityPanel {
  const edges = linspace(-4, 4, 65);
  const x = linspace(-4, 4, 513);
  return {
    title,
    xTitle: `x at ${title}`,
    series: names.map((name) => ({
      name,
      histogram: { edges, density: edges.slice(1).map((edge) => gaussian(edge - 1 / 16)) },
      curve: { x, density: x.map((at) => gaussian(at)) },
    })),
  };
}

function jointOf(): JointDensity {
  const x = linspace(-4, 4, 161);
  const y = linspace(-5, 5, 201);
  const density = y.flatMap((v) => x.map((u) => bivariatePeak * Math.exp(-distance(u, v) / 2)));
  return {
    xTitle: 'x at z = 0',
    yTitle: 'x at z = 1',
    x,
    y,
    series: names.map((name) => ({ name, density, levels: [level, 0.15] })),
  };
}

function figureData(panels: number, changes: Partial<DensitiesData> = {}): DensitiesData {
  return {
    title: 'Residual networks',
    subtitle: 'tanh, L = D = 500',
    series: names.map((name) => ({ name, label: `the ${name}` })),
    panels: Array.from({ length: panels }, (_, i) => panelOf(`z = ${i}`)),
    ...changes,
  };
}

const render = (data: DensitiesData) => renderSvg(densitiesFigure(data));

describe('what is drawn', () => {
  test.each([
    [1, false, 1],
    [2, true, 3],
    [7, true, 8],
    [12, false, 12],
  ])('%d panels, joint panel %s', async (panels, joint, groups) => {
    const svg = await render(figureData(panels, joint ? { joint: jointOf() } : {}));
    expect(count(svg, /role-scope density-panel-/g)).toBe(panels);
    expect(count(svg, /role-scope joint-panel/g)).toBe(joint ? 1 : 0);
    expect(count(svg, /role-axis-domain/g)).toBe(2 * groups);
    expect(count(svg, /role-scope legend-entry-/g)).toBe(3);
    expect(count(svg, /curve\d-line/g)).toBe(3 * panels);
    expect(count(svg, /histogram\d-steps/g)).toBe(3 * panels);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  test('titles, labels and axis titles', async () => {
    const svg = await render(figureData(2, { joint: { ...jointOf(), title: 'both' } }));
    for (const text of [
      ...['Residual networks', 'tanh, L = D = 500', 'both', 'z = 0', 'z = 1', 'density'],
      ...['x at z = 0', 'x at z = 1', 'the resnet', 'the sde', 'the limit'],
    ]) {
      expect(svg).toContain(`>${text}</text>`);
    }
  });

  test('very small and very large numbers on axes are powers of ten, but for 0', async () => {
    const panel = panelOf('z = 0');
    const x = linspace(-4e5, 4e5, 101);
    const curve = { x, density: x.map((at) => gaussian(at, 1e5)) };
    const histogram = { edges: [-4e5, 4e5], density: [1e-6] };
    const series = [{ name: 'sde', curve, histogram }];
    const svg = await render(figureData(0, { panels: [{ ...panel, series }] }));
    const labels = svg.split('role-axis-label"').slice(1);
    expect(labels[0]).toMatch(/>−2e\+5<.*>0<.*>2e\+5</);
    expect(labels[1]).toMatch(/>0<.*>2e-6</);
  });

  test('series differ in colour and in dashes', async () => {
    const svg = await render(figureData(1));
    const lines = names.map(
      (_, i) => / d="M[^"]*"([^>]*)/.exec(svg.split(` curve${i}-line"`)[1])![1],
    );
    for (const property of [/ stroke="(#\w+)"/, / stroke-dasharray="([\d.,]+)"/]) {
      expect(new Set(lines.map((line) => property.exec(line)?.[1])).size).toBe(3);
    }
  });

  test('a reference is drawn and, where labels agree, listed once', async () => {
    const x = linspace(-3, 3, 100);
    const reference = { label: 'Gaussian', x, density: x.map((at) => gaussian(at)) };
    const { series, ...joint } = jointOf();
    const svg = await render(
      figureData(0, {
        joint: { ...joint, series, reference: { ...series[0], label: 'Gaussian' } },
        panels: [0, 1].map((i) => ({ ...panelOf(`z = ${i}`), reference })),
      }),
    );
    expect(count(svg, /role-scope legend-entry-/g)).toBe(4);
    expect(count(svg, /curve3-line/g)).toBe(2);
    expect(count(svg, /contours3-lines/g)).toBe(1);
  });

  test('panels stand in rows of at most four and do not overlap', async () => {
    const svg = await render(figureData(12, { joint: jointOf() }));
    const places = [
      ...svg.matchAll(/-panel(?:-\d+)?"[^>]*><g transform="translate\(([\d.]+),([\d.]+)\)"/g),
    ].map(([, x, y]) => `${x},${y}`);
    const rows = places.map((place) => place.split(',')[1]);
    expect(new Set(places).size).toBe(13);
    expect([...new Set(rows)].map((row) => rows.filter((other) => other === row).length)).toEqual([
      4, 4, 4, 1,
    ]);
  });
});

describe('where it is drawn, read off the labels of the axes', () => {
  test('contours run where the density has their level', async () => {
    const svg = panelMarkup(await render(figureData(0, { joint: jointOf() })), 'joint-panel');
    const [x, y] = [axisOf(svg, 'x'), axisOf(svg, 'y')];
    const outer = pathOf(svg, 'contours0-lines');
    expect(outer.length).toBeGreaterThan(100);
    const expected = -2 * Math.log(level / bivariatePeak);
    for (const [px, py] of outer) {
      expect(Math.abs(distance(x(px), y(py)) / expected - 1)).toBeLessThan(0.01);
    }
    const mirrored = outer.map(([px, py]) => distance(x(px), -y(py)) / expected);
    expect(Math.max(...mirrored)).toBeGreaterThan(2);
  });

  test('curves and histograms run at their densities', async () => {
    const svg = panelMarkup(await render(figureData(1)), 'density-panel-0');
    const [x, y] = [axisOf(svg, 'x'), axisOf(svg, 'y')];
    for (const [px, py] of pathOf(svg, 'curve0-line')) {
      expect(Math.abs(y(py) - gaussian(x(px)))).toBeLessThan(0.0005);
    }
    const top = Math.min(...pathOf(svg, 'histogram0-steps').map(([, py]) => py));
    expect(Math.abs(y(top) - gaussian(1 / 16))).toBeLessThan(0.0005);
  });
});

describe('the files', () => {
  test('the same data give the same bytes again', async () => {
    const data = () => figureData(2, { joint: jointOf() });
    const svg = await render(data());
    expect(await render(data())).toBe(svg);
    expect((await renderPng(svg)).equals(await renderPng(svg))).toBe(true);
  });

  test('the SVG of two inputs is small, however fine the grids are', async () => {
    const x = linspace(-4, 4, 5001);
    const panels = [0, 1].map((i) => {
      const panel = panelOf(`z = ${i}`);
      const curve = { x, density: x.map((at) => gaussian(at)) };
      return { ...panel, series: panel.series.map((series) => ({ ...series, curve })) };
    });
    const svg = await render(figureData(0, { panels, joint: jointOf() }));
    expect(svg.length).toBeLessThan(150_000);
  });

  test('the figure is as large as its specification says', async () => {
    const spec = densitiesFigure(figureData(2));
    const png = await renderPng(await renderSvg(spec), { scale: 2 });
    const padding = 2 * (spec.padding as number);
    expect(png.readUInt32BE(16)).toBe(2 * ((spec.width as number) + padding));
    expect(png.readUInt32BE(20)).toBe(2 * ((spec.height as number) + padding));
  });
});

describe('refuses', () => {
  const panel = panelOf('z = 0');
  const { histogram, curve } = panel.series[0];
  const withSeries = (changes: Partial<DensityPanel['series'][number]>) => () =>
    densitiesFigure(
      figureData(0, { panels: [{ ...panel, series: [{ ...panel.series[0], ...changes }] }] }),
    );
  const withJoint = (changes: Partial<JointDensity>) => () =>
    densitiesFigure(figureData(1, { joint: { ...jointOf(), ...changes } }));

  test('arrays whose lengths disagree', () => {
    expect(withSeries({ histogram: { ...histogram, density: [1] } })).toThrow(
      'panels[0].series[0].histogram has 65 edges and 1 densities, must have one edge more',
    );
    expect(withSeries({ curve: { ...curve, x: [0, 1] } })).toThrow(
      'panels[0].series[0].curve has 2 x and 513 densities, must have as many',
    );
    expect(withJoint({ x: [0, 1, 2] })).toThrow(
      'joint.series[0].density has 32361 numbers, must have 603 for 3 x by 201 y',
    );
    const reference = { label: 'Gaussian', x: [0, 1], density: [1] };
    expect(() => densitiesFigure(figureData(0, { panels: [{ ...panel, reference }] }))).toThrow(
      'panels[0].reference has 2 x and 1 densities',
    );
  });

  test('numbers that are not finite, and positions that do not increase', () => {
    expect(withSeries({ curve: { x: [0, 1], density: [1, NaN] } })).toThrow(
      'panels[0].series[0].curve.density[1] is NaN, must be finite',
    );
    expect(withSeries({ histogram: { edges: [0, 0], density: [1] } })).toThrow(
      'panels[0].series[0].histogram.edges must increase, but goes from 0 to 0',
    );
    expect(withJoint({ x: [0] })).toThrow('joint.x has 1 numbers, must have at least 2');
    expect(withJoint({ y: [0, 1, 3] })).toThrow('joint.y must be equally spaced, but joint.y[1]');
    const [first] = jointOf().series;
    expect(withJoint({ series: [{ ...first, levels: [Infinity] }] })).toThrow(
      'joint.series[0].levels[0] is Infinity',
    );
  });

  test('series that are unknown, repeated, none or too many, and figures without plots', () => {
    expect(withSeries({ name: 'ode' })).toThrow(
      "panels[0].series[0].name is 'ode', must be one of the series 'resnet', 'sde', 'limit'",
    );
    const series = (listed: string[]) => () =>
      densitiesFigure(figureData(1, { series: listed.map((name) => ({ name, label: name })) }));
    expect(series(['resnet', 'sde', 'sde'])).toThrow("the series 'sde' is listed twice");
    expect(series([])).toThrow('0 series, must be 1 to 8');
    expect(series([...'abcdefghi'])).toThrow('9 series');
    expect(withJoint({ series: [] })).toThrow('joint.series is empty');
    expect(() => densitiesFigure(figureData(0))).toThrow('neither a joint density nor a panel');
    expect(() => densitiesFigure(figureData(0, { panels: [{ ...panel, series: [] }] }))).toThrow(
      'panels[0].series is empty',
    );
  });
});
