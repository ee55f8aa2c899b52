import { describe, expect, test } from 'vitest';
import {
  axisOf,
  count,
  labelsOf,
  linesOf,
  markOf,
  panelMarkup,
  pathOf,
  placesOf,
  pointsOf,
} from '../test/svg.ts';
import type { CurvesData, CurvesPanel } from './curve-data.ts';
import { curvesFigure } from './curves.ts';
import { renderPng, renderSvg } from './render.ts';

const names = ['gd', 'sgd', 'adam'];
const depths = [10, 20, 50, 100, 200, 300, 500];

const linspace = (min: number, max: number, points: number) =>
  Array.from({ length: points }, (_, i) => min + ((max - min) * i) / (points - 1));

function figureData(panels: CurvesPanel[], changes: Partial<CurvesData> = {}): CurvesData {
  return {
    title: 'Training',
    subtitle: 'tanh, 5 seeds',
    series: names.map((name) => ({ name, label: `by ${name}` })),
    x: { title: 'step' },
    y: { title: 'loss' },
    panels,
    ...changes,
  };
}

const render = (data: CurvesData) => renderSvg(curvesFigure(data));

const steps = linspace(0, 100, 101);
const decay = steps.map((step) => Math.exp(-step / 30));

const panelOf = (title: string): CurvesPanel => ({
  title,
  curves: names.map((name, i) => ({ name, x: steps, y: decay.map((loss) => loss + i) })),
});

const only = async (panel: Omit<CurvesPanel, 'title'>, changes: Partial<CurvesData> = {}) =>
  panelMarkup(await render(figureData([{ title: '', ...panel }], changes)), 'curve-panel-0');

/** Lines between the gaps of a path. */
const subpaths = (svg: string, mark: string) =>
  / d="(M[^"]*)"/.exec(markOf(svg, mark))![1].split(/(?=M)/).map(pointsOf);

describe('what is drawn', () => {
  test.each([1, 2, 7, 16])('%d panels', async (panels) => {
    const svg = await render(
      figureData(Array.from({ length: panels }, (_, i) => panelOf(`panel ${i}`))),
    );
    expect(count(svg, /role-scope curve-panel-/g)).toBe(panels);
    expect(count(svg, /role-axis-domain/g)).toBe(2 * panels);
    expect(count(svg, /curve\d-line"/g)).toBe(3 * panels);
    expect(count(svg, /role-scope legend-entry-/g)).toBe(3);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
    for (const text of ['Training', 'tanh, 5 seeds', 'by gd', 'panel 0', 'step', 'loss']) {
      expect(svg).toContain(`>${text}</text>`);
    }
  });

  test('panels stand in as many columns as are asked for, and do not overlap', async () => {
    const panels = Array.from({ length: 7 }, (_, i) => panelOf(`panel ${i}`));
    const svg = await render(figureData(panels, { columns: 3 }));
    const places = [
      ...svg.matchAll(/curve-panel-\d+"[^>]*><g transform="translate\(([\d.]+),([\d.]+)\)"/g),
    ].map(([, x, y]) => ({ x: +x, y: +y }));
    expect(new Set(places.map(({ x }) => x)).size).toBe(3);
    expect(places.map(({ y }) => places.filter((other) => other.y === y).length)).toEqual([
      3, 3, 3, 3, 3, 3, 1,
    ]);
  });

  test('inner panels do not repeat common titles, nor labels of shared axes', async () => {
    const panels = Array.from({ length: 6 }, (_, i) => panelOf(`panel ${i}`));
    const shape = { columns: 3, x: { title: 'step', shared: true } };
    const svg = await render(figureData(panels, shape));
    expect(count(svg, />step<\/text>/g)).toBe(3);
    expect(count(svg, />loss<\/text>/g)).toBe(2);
    expect(count(svg, /role-axis-label"/g)).toBe(3 + 6);
    const own = panels.map((panel) => ({ ...panel, x: { title: 'epoch' } }));
    const titled = await render(figureData(own, shape));
    expect(count(titled, />epoch<\/text>/g)).toBe(6);
    expect(count(titled, /role-axis-label"/g)).toBe(3 + 6);
  });

  test('eight series and four references differ in colour or dashes, and in their points', async () => {
    const all = [...'abcdefgh', ...'stuv'].map((name) => ({
      name,
      label: name,
      reference: name >= 's',
    }));
    const curves = all.map(({ name }) => ({
      name,
      x: [0, 1],
      y: [0, 1],
      marks: 'line and points' as const,
    }));
    const svg = await only({ curves }, { series: all });
    const styles = all.map((_, i) => {
      const line = markOf(svg, `curve${i}-line`);
      return [/ stroke="(#\w+)"/.exec(line)![1], / stroke-dasharray="([\d.,]+)"/.exec(line)?.[1]];
    });
    const shapes = all.map((_, i) => / d="([^"]*)"/.exec(markOf(svg, `curve${i}-points`))![1]);
    expect(new Set(styles.map((style) => style.join())).size).toBe(12);
    expect(new Set(styles.slice(0, 8).map(([color]) => color)).size).toBe(8);
    expect(new Set(styles.slice(0, 8).map(([, dash]) => dash)).size).toBe(8);
    expect(new Set(shapes.slice(0, 8)).size).toBe(8);
    expect(new Set(styles.slice(8).map(([color]) => color))).toEqual(new Set(['#000000']));
  });

  test('the legend lists series, then listed rules and events, each label once', async () => {
    const panel: CurvesPanel = {
      title: '',
      curves: [{ name: 'gd', x: [0, 9], y: [1, 2] }],
      rules: [
        { axis: 'y', at: 1.5, label: 'limit', listed: true },
        { axis: 'y', at: 1.2, label: 'beside' },
      ],
      events: [
        { name: 'sgd', x: 3, label: 'diverged' },
        { name: 'adam', x: 5, label: 'diverged' },
      ],
    };
    const svg = await render(figureData([panel, panel]));
    expect(count(svg, /role-scope legend-entry-/g)).toBe(5);
    expect(count(svg, />limit<\/text>/g)).toBe(1);
    expect(count(svg, />diverged<\/text>/g)).toBe(1);
    // Each label in a panel has a rim.
    expect(count(svg, />beside<\/text>/g)).toBe(4);
  });

  test('panels without a number to draw are left empty', async () => {
    const nothing = { name: 'gd', x: [1, 2], y: [NaN, NaN] };
    const svg = await only({ curves: [nothing], note: { text: 'diverged' } });
    expect(svg).toContain('>diverged</text>');
    expect(markOf(svg, 'curve0-line')).not.toMatch(/ d="M/);
    expect(await only({}, { y: { title: 'loss', scale: 'log' } })).toContain('>10</text>');
  });
});

describe('where it is drawn, read off the labels of the axes', () => {
  test('curves and points, on linear and logarithmic axes', async () => {
    const y = depths.map((depth) => 30 / depth ** 1.5);
    const svg = await only(
      { curves: [{ name: 'gd', x: depths, y, marks: 'line and points' }] },
      { x: { title: 'L', scale: 'log', ticks: depths }, y: { title: 'd', scale: 'log' } },
    );
    expect(labelsOf(svg, 'x').map(({ text }) => text)).toEqual(depths.map(String));
    const [xAt, yAt] = [axisOf(svg, 'x', 'log'), axisOf(svg, 'y', 'log')];
    for (const drawn of [pathOf(svg, 'curve0-line'), placesOf(svg, 'curve0-points')]) {
      expect(drawn).toHaveLength(depths.length);
      drawn.forEach(([px, py], i) => {
        expect(xAt(px) / depths[i]).toBeCloseTo(1, 4);
        expect(yAt(py) / y[i]).toBeCloseTo(1, 4);
      });
    }
    for (const { position, text } of labelsOf(svg, 'x')) {
      expect(xAt(position) / Number(text)).toBeCloseTo(1, 6);
    }
  });

  test('error bars end at the half widths, which may be missing, and in the panel', async () => {
    const panel = {
      curves: [{ name: 'gd', x: [1, 2, 3], y: [0.5, 0.6, 0.7], halfWidths: [0.1, NaN, 0.5] }],
    };
    const svg = await only(panel, { y: { title: '', format: 'percent', domain: [0, 1] } });
    const [xAt, yAt] = [axisOf(svg, 'x'), axisOf(svg, 'y')];
    const bars = linesOf(svg, 'curve0-bars').map(({ from, to }) => [
      xAt(from[0]),
      ...[yAt(from[1]), yAt(to[1])].sort((a, b) => a - b),
    ]);
    expect(bars).toHaveLength(2);
    [1, 0.4, 0.6].forEach((number, i) => expect(bars[0][i]).toBeCloseTo(number, 3));
    [3, 0.2, 1].forEach((number, i) => expect(bars[1][i]).toBeCloseTo(number, 3));
    const ends = linesOf(svg, 'curve0-ends').map(({ from }) => yAt(from[1]));
    [0.4, 0.6, 0.2].forEach((number, i) => expect(ends[i]).toBeCloseTo(number, 3));
    expect(ends).toHaveLength(3);
  });

  test('error bars and bands that reach down to 0 end at the edge of a logarithmic axis', async () => {
    const svg = await only(
      {
        curves: [{ name: 'gd', x: [1, 2], y: [1, 10], halfWidths: [2, 1] }],
        bands: [{ name: 'sgd', x: [1, 2], low: [-1, 0], high: [2, 20] }],
      },
      { y: { title: '', scale: 'log', domain: [0.1, 100] } },
    );
    const yAt = axisOf(svg, 'y', 'log');
    expect(
      yAt(Math.max(...linesOf(svg, 'curve0-bars').flatMap(({ from, to }) => [from[1], to[1]]))),
    ).toBeCloseTo(0.1);
    expect(linesOf(svg, 'curve0-ends')).toHaveLength(3);
    const area = pathOf(svg, 'band0-area').map(([, y]) => yAt(y));
    [2, 20, 0.1, 0.1].forEach((number, i) => expect(area[i] / number).toBeCloseTo(1, 3));
  });

  test('lines are interrupted where a value is NaN, and a lone point is seen', async () => {
    const x = [0, 1, 2, 3, 4, 5, 6];
    const y = [1, 2, NaN, 4, NaN, 3, 2];
    const svg = await only({
      curves: [{ name: 'gd', x, y }],
      bands: [{ name: 'gd', x, low: y, high: y.map((value) => value + 1) }],
      bundles: [{ name: 'sgd', x, ys: [y, x] }],
    });
    const xAt = axisOf(svg, 'x');
    const drawn = (mark: string) =>
      subpaths(svg, mark).map((path) => path.map(([px]) => Math.round(1e3 * xAt(px)) / 1e3));
    expect(drawn('curve0-line')).toEqual([[0, 1], [3], [5, 6]]);
    expect(drawn('bundle0-0-line')).toEqual([[0, 1], [3], [5, 6]]);
    expect(drawn('bundle0-1-line')).toEqual([x]);
    expect(drawn('band0-area')).toEqual([
      [0, 1, 1, 0],
      [3, 3],
      [5, 6, 6, 5],
    ]);
    const lone = placesOf(svg, 'curve0-lone');
    expect(lone.map(([px]) => Math.round(xAt(px)))).toEqual([3]);
  });

  test('rules, and events at the top edge below each other', async () => {
    const svg = await only({
      curves: [{ name: 'gd', x: [0, 10], y: [0, 1] }],
      rules: [
        { axis: 'y', at: 0.8536, label: 'limit' },
        { axis: 'x', at: 4, name: 'sgd' },
        { axis: 'x', at: -3 },
      ],
      events: [
        { name: 'sgd', x: 5, label: 'diverged' },
        { name: 'adam', x: 5, label: 'diverged' },
      ],
      x: { domain: [-1, 11] },
    });
    const [xAt, yAt] = [axisOf(svg, 'x'), axisOf(svg, 'y')];
    const [horizontal] = linesOf(svg, 'rule0');
    expect(yAt(horizontal.from[1])).toBeCloseTo(0.8536, 4);
    expect(horizontal.to[1]).toBe(horizontal.from[1]);
    expect([horizontal.from[0], horizontal.to[0]]).toEqual([0, 560]);
    const [vertical] = linesOf(svg, 'rule1');
    expect(xAt(vertical.from[0])).toBeCloseTo(4, 4);
    expect(svg).not.toContain('rule2');
    const [[x0, y0], [x1, y1]] = [placesOf(svg, 'event0')[0], placesOf(svg, 'event1')[0]];
    expect([xAt(x0), xAt(x1)].map((x) => x.toFixed(3))).toEqual(['5.000', '5.000']);
    expect(y0).toBeLessThan(15);
    expect(y1 - y0).toBeGreaterThan(8);
  });

  test('shared domains hold the data of all panels, others those of their own', async () => {
    const panels = [1, 10].map((factor) => ({
      title: `${factor}`,
      curves: [{ name: 'gd', x: steps, y: decay.map((loss) => factor * loss) }],
    }));
    const tops = async (shared: boolean) => {
      const svg = await render(figureData(panels, { y: { title: '', shared } }));
      return [0, 1].map((i) => pathOf(panelMarkup(svg, `curve-panel-${i}`), 'curve0-line')[0][1]);
    };
    const [small, large] = await tops(true);
    expect(small).toBeGreaterThan(200);
    expect(large).toBeLessThan(20);
    const own = await tops(false);
    expect(own[0]).toBeCloseTo(own[1], 1);
  });

  test('what lies outside of a given domain is clipped or left out', async () => {
    const curves = [
      {
        name: 'gd',
        x: steps,
        y: steps.map((step) => 10 ** step),
        marks: 'line and points' as const,
      },
    ];
    const svg = await only(
      { curves },
      { x: { title: '', domain: [0, 5] }, y: { title: '', domain: [0, 1e3] } },
    );
    expect(placesOf(svg, 'curve0-points')).toHaveLength(4);
    expect(pathOf(svg, 'curve0-line').length).toBeLessThan(10);
    expect(svg).toMatch(/curve0-line"[^>]* clip-path="url/);
  });

  test('labels and notes stand where nothing is drawn', async () => {
    const rising = { name: 'gd', x: [0, 1], y: [0, 1] };
    const place = (svg: string, mark: string) =>
      / transform="translate\(([\d.]+),([\d.]+)\)"/.exec(markOf(svg, mark))!.slice(1).map(Number);
    const svg = await only({
      curves: [rising],
      rules: [{ axis: 'y', at: 0.95, label: 'limit' }],
      note: { text: 'a note' },
    });
    expect(place(svg, 'note')[1]).toBeLessThan(170);
    expect(place(svg, 'note')[0]).toBeLessThan(280);
    expect(place(svg, 'rule0-label')[0]).toBeLessThan(280);
    const set = await only({ curves: [rising], note: { text: 'a note', at: 'centre' } });
    expect(place(set, 'note')).toEqual([280, 173.5]);
  });
});

describe('the files', () => {
  test('the same data give the same bytes again, from arrays of any type', async () => {
    const data = (array: (numbers: number[]) => ArrayLike<number>) =>
      figureData([
        {
          ...panelOf('a'),
          bands: [{ name: 'gd', x: array([0, 1]), low: array([0, 1]), high: array([1, 2]) }],
          curves: [{ name: 'sgd', x: array(steps), y: array(decay) }],
        },
      ]);
    const svg = await render(data((numbers) => numbers));
    expect(await render(data((numbers) => Float64Array.from(numbers)))).toBe(svg);
    expect((await renderPng(svg)).equals(await renderPng(svg))).toBe(true);
  });

  test('long curves are thinned, but keep the height of their noise', async () => {
    const x = linspace(1, 2e4, 20_000);
    const y = x.map((step, i) => (i === 15_555 ? 3 : 1 / step) + 0.1 * Math.sin(i * i));
    const panels = Array.from({ length: 16 }, (_, i) => ({
      title: `panel ${i}`,
      curves: ['gd', 'sgd'].map((name) => ({ name, x, y })),
    }));
    const log = { title: 'step', scale: 'log' as const };
    expect((await render(figureData(panels))).length).toBeLessThan(400_000);
    const svg = await only({ curves: [{ name: 'gd', x, y }] }, { x: log });
    const yAt = axisOf(svg, 'y');
    const drawn = pathOf(svg, 'curve0-line');
    expect(drawn.length).toBeLessThan(2 * 560 + 3);
    expect(Math.max(...drawn.map(([, py]) => yAt(py)))).toBeCloseTo(y[15_555], 2);
    const xAt = axisOf(svg, 'x', 'log');
    expect(drawn.slice(0, 9).map(([px]) => Math.round(xAt(px)))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });
});

describe('refuses', () => {
  const curve = { name: 'gd', x: [1, 2], y: [1, 2] };
  const drawing =
    (panel: Partial<CurvesPanel>, changes: Partial<CurvesData> = {}) =>
    () =>
      curvesFigure(figureData([{ title: '', ...panel }], changes));
  const log = { y: { title: '', scale: 'log' as const } };

  test('arrays whose lengths disagree', () => {
    expect(drawing({ curves: [{ ...curve, y: [1] }] })).toThrow(
      new RangeError('panels[0].curves[0].y has 1 numbers, must have 2 as x'),
    );
    expect(drawing({ curves: [{ ...curve, halfWidths: [1] }] })).toThrow(
      'halfWidths has 1 numbers',
    );
    const band = { name: 'gd', x: [1, 2], low: [1, 2], high: [1] };
    expect(drawing({ bands: [band] })).toThrow('panels[0].bands[0].high has 1 numbers');
    expect(drawing({ bands: [{ ...band, low: [] }] })).toThrow('panels[0].bands[0].low has 0');
    const bundle = { name: 'gd', x: [1, 2], ys: [[1, 2], [1]] };
    expect(drawing({ bundles: [bundle] })).toThrow('panels[0].bundles[0].ys[1] has 1 numbers');
  });

  test('infinite values, positions that are not finite or do not increase', () => {
    expect(drawing({ curves: [{ ...curve, y: [1, Infinity] }] })).toThrow(
      'panels[0].curves[0].y[1] is Infinity, must be finite or NaN',
    );
    expect(drawing({ curves: [{ ...curve, x: [1, NaN] }] })).toThrow('x[1] is NaN, must be finite');
    expect(drawing({ curves: [{ ...curve, x: [1, 1] }] })).toThrow('x must increase');
    expect(drawing({ curves: [{ ...curve, halfWidths: [1, -1] }] })).toThrow(
      'halfWidths[1] is -1, must be finite and not negative',
    );
    expect(drawing({ rules: [{ axis: 'x', at: NaN }] })).toThrow('panels[0].rules[0].at is NaN');
    expect(drawing({ events: [{ name: 'gd', x: Infinity, label: '' }] })).toThrow('events[0].x is');
    expect(drawing({ bands: [{ name: 'gd', x: [1, 2], low: [1, 3], high: [2, 2] }] })).toThrow(
      'panels[0].bands[0].low[1] is 3, above panels[0].bands[0].high[1], 2',
    );
  });

  test('numbers that a logarithmic axis does not have', () => {
    expect(drawing({ curves: [{ ...curve, y: [1, 0] }] }, log)).toThrow(
      'panels[0].curves[0].y[1] is 0, must be positive on a logarithmic axis',
    );
    expect(drawing({ curves: [{ ...curve, x: [-1, 0] }], x: { scale: 'log' } })).toThrow(
      'x[0] is -1',
    );
    expect(drawing({ rules: [{ axis: 'y', at: 0 }] }, log)).toThrow('rules[0].at is 0');
    expect(drawing({}, { y: { ...log.y, domain: [0, 1] } })).toThrow('y.domain[0] is 0');
    expect(drawing({ y: { ticks: [0, 1] } }, log)).toThrow('panels[0].y.ticks[0] is 0');
  });

  test('domains that are empty, ticks out of order, grids without columns', () => {
    expect(drawing({ x: { domain: [1, 1] } })).toThrow(
      'panels[0].x.domain is [1, 1], must be two increasing numbers',
    );
    expect(drawing({ x: { ticks: [2, 1] } })).toThrow('panels[0].x.ticks must increase');
    expect(drawing({}, { columns: 0 })).toThrow('columns is 0, must be a whole number from 1 on');
    expect(() => curvesFigure(figureData([]))).toThrow('there is no panel to draw');
  });

  test('series that are unknown, repeated, none or too many', () => {
    expect(drawing({ curves: [{ ...curve, name: 'rmsprop' }] })).toThrow(
      "panels[0].curves[0].name is 'rmsprop', must be one of the series 'gd', 'sgd', 'adam'",
    );
    const series = (listed: string[], reference = false) =>
      drawing({}, { series: listed.map((name) => ({ name, label: name, reference })) });
    expect(series(['gd', 'gd'])).toThrow("the series 'gd' is listed twice");
    expect(series([])).toThrow('0 series and 0 references');
    expect(series([...'abcdefghi'])).toThrow('9 series and 0 references, must be at most 8 and 4');
    expect(series([...'abcde'], true)).toThrow('0 series and 5 references');
  });
});
