import type { Mark, Spec } from 'vega';
import { checkCurves } from './check-curves.ts';
import type { CurvesData } from './curve-data.ts';
import { hasLine, hasPoints } from './curve-marks.ts';
import { curvePanel } from './curve-panel.ts';
import { curveSpans, follows } from './curve-spans.ts';
import { figureSpec } from './figure.ts';
import { panelGrid, type GridAxis } from './grid.ts';
import { evenColumns } from './layout.ts';
import { legend, seriesSwatch, symbolSwatch, type LegendEntry } from './legend.ts';
import {
  crossSymbol,
  fineLine,
  referenceStyles,
  ruleStyle,
  seriesStyles,
  type SeriesStyle,
} from './theme.ts';

/** The size of a plot in a grid of one, two, three, and more columns. */
const plots = [
  { width: 560, height: 340 },
  { width: 380, height: 260 },
  { width: 300, height: 220 },
  { width: 236, height: 176 },
];

/**
 * A figure of panels of curves, with error bars, bands and thin draws, on linear or logarithmic
 * axes, under a title, a subtitle and a common legend.
 *
 * @throws RangeError naming the array when lengths disagree, positions do not increase, a number is
 *   infinite or, on a logarithmic axis, not positive, or a series is not listed or one too many.
 */
export function curvesFigure(data: CurvesData): Spec {
  checkCurves(data);
  const styleOf = stylesOf(data);
  const columns = Math.min(data.columns ?? evenColumns(data.panels.length), data.panels.length);
  const plot = plots[Math.min(columns, plots.length) - 1];
  const { layout, spans } = panelGrid(
    gridAxis(data, 'x', plot.width),
    gridAxis(data, 'y', plot.height),
    columns,
    plot,
  );
  return figureSpec({
    title: data.title,
    subtitle: data.subtitle,
    layout,
    key: (width, top) => legend(legendEntries(data, styleOf), width, top),
    panels: (cells) =>
      data.panels.map((panel, i) =>
        curvePanel(`curve-panel-${i}`, panel, cells[i], spans[i], styleOf),
      ),
  });
}

function gridAxis(data: CurvesData, along: 'x' | 'y', pixels: number): GridAxis {
  return {
    spans: curveSpans(data, along, pixels),
    ownTitle: data.panels.map((panel) => panel[along]?.title !== undefined),
    shared: data.panels.map((panel) => follows(data[along], panel[along])),
  };
}

function stylesOf({ series }: CurvesData): (series: string) => SeriesStyle {
  const ofKind = (isReference: boolean, styles: readonly SeriesStyle[]) =>
    series
      .filter(({ reference = false }) => reference === isReference)
      .map(({ name }, i): [string, SeriesStyle] => [name, styles[i]]);
  const styles = new Map([...ofKind(false, seriesStyles), ...ofKind(true, referenceStyles)]);
  return (name) => styles.get(name)!;
}

/** The series, then each distinct label of listed rules, and of events. */
function legendEntries(data: CurvesData, styleOf: (series: string) => SeriesStyle): LegendEntry[] {
  const rules = data.panels.flatMap(({ rules = [] }) => rules.filter(({ listed }) => listed));
  const events = data.panels.flatMap(({ events = [] }) => events);
  const ruleColors = new Map(
    rules.flatMap(({ label, name }) =>
      label === undefined
        ? []
        : [[label, name === undefined ? ruleStyle.color : styleOf(name).color]],
    ),
  );
  return [
    ...data.series.map(({ name, label }) => ({
      label,
      swatch: swatchOf(data, name, styleOf(name)),
    })),
    ...[...ruleColors].map(([label, color]) => ({
      label,
      swatch: seriesSwatch({ ...ruleStyle, color, shape: 'circle' }, { line: true }),
    })),
    ...[...new Set(events.map(({ label }) => label))].map((label) => ({
      label,
      swatch: symbolSwatch({ ...crossSymbol, stroke: ruleStyle.color }),
    })),
  ];
}

/** The series as its panels show it: with its most prominent line, or a line where none does. */
function swatchOf({ panels }: CurvesData, series: string, style: SeriesStyle): Mark[] {
  const isOf = ({ name }: { name: string }) => name === series;
  const marks = panels.flatMap(({ curves = [] }) =>
    curves.filter(isOf).map((curve) => curve.marks ?? 'line'),
  );
  const filled = panels.some(({ bands = [] }) => bands.some(isOf));
  const bundled = panels.some(({ bundles = [] }) => bundles.some(isOf));
  const points = marks.some(hasPoints);
  const line = marks.some(hasLine) || bundled || !(filled || points);
  const isFine = line && !marks.some((mark) => hasLine(mark) && mark !== 'fine line');
  const fine = bundled || marks.includes('fine line');
  return seriesSwatch(isFine && fine ? { ...style, ...fineLine } : style, { filled, line, points });
}
