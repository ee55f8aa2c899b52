import type { EncodeEntry, GroupMark, Mark } from 'vega';
import type { Numbers } from './arrays.ts';
import { alongLine } from './clearest.ts';
import type { Band, Bundle, CurvesPanel, PanelCurve } from './curve-data.ts';
import { hasLine, hasPoints, lineStyle } from './curve-marks.ts';
import { errorBars } from './error-bars.ts';
import { eventMarks } from './events.ts';
import type { Cell } from './layout.ts';
import { constants, strokeIn, symbolIn } from './marks.ts';
import { noteMarks, ruleLabels, ruleLines } from './notes.ts';
import { panelGroup } from './panel.ts';
import { isInside, joined, onScales, pixelAt, type Drawn, type Plot, type Points } from './plot.ts';
import { drawnRuns, type Runs } from './runs.ts';
import { shareOf, type PanelSpans } from './span.ts';
import { bundleOpacity, fillOpacity, fineLine, type SeriesStyle } from './theme.ts';

/** Bands, bundles, rules, curves, events and a note, each over the ones before. */
export function curvePanel(
  name: string,
  panel: CurvesPanel,
  cell: Cell,
  spans: PanelSpans,
  styleOf: (series: string) => SeriesStyle,
): GroupMark {
  const { curves = [], bands = [], bundles = [], rules = [], events = [] } = panel;
  const plot = { cell, spans };
  const areas = bands.map((band, i) => bandArea(`band${i}`, band, plot, styleOf(band.name)));
  const draws = bundles.map((each, i) => bundleLines(`bundle${i}`, each, plot, styleOf(each.name)));
  const drawn = curves.map((each, i) => curveMarks(`curve${i}`, each, plot, styleOf(each.name)));
  const crosses = eventMarks(events, plot, styleOf);
  const all = joined([...areas, ...draws, ...drawn, crosses]);
  const { marks: below } = joined([...areas, ...draws]);
  const { marks: above } = joined([...drawn, crosses]);
  const marks = [
    ...below,
    ...ruleLines(rules, cell, spans, styleOf),
    ...above,
    ...ruleLabels(rules, cell, spans, styleOf, all.pixels),
    ...(panel.note ? noteMarks(panel.note, cell, all.pixels, crosses.pixels) : []),
  ];
  return {
    ...panelGroup(name, cell, panel.title, spans.x, spans.y, marks),
    data: all.data,
  };
}

/** Pixels along which smooth curves are straight enough. */
const smoothUnit = 2;

/** Vega interrupts a line at points that are not defined. */
const defined = { defined: { signal: 'isValid(datum.x)' } };

function bandArea(name: string, band: Band, plot: Plot, { color }: SeriesStyle): Drawn {
  const { x, high } = band;
  // On a logarithmic axis there is no zero for an area to reach down to.
  const { scale, min } = plot.spans.y;
  const low = Array.from(band.low, (value) => (scale === 'log' && value <= 0 ? min : value));
  const runs = runsOf(x, [low, high], plot, smoothUnit);
  const rows = interrupted(runs, (i) => ({
    x: x[i],
    y: nearPanel(plot, high[i]),
    y2: nearPanel(plot, low[i]),
  }));
  const area: Mark = {
    type: 'area',
    name: `${name}-area`,
    clip: leaves(runs, plot, x, [low, high]),
    from: { data: name },
    encode: {
      enter: {
        ...onScales,
        y2: { scale: 'y', field: 'y2' },
        ...defined,
        ...constants({ fill: color, fillOpacity }),
      },
    },
  };
  return { data: [{ name, values: rows }], marks: [area], pixels: [] };
}

function bundleLines(name: string, { x, ys }: Bundle, plot: Plot, style: SeriesStyle): Drawn {
  const lines = ys.map((y, i) => {
    const runs = runsOf(x, [y], plot, smoothUnit);
    const thin = {
      ...strokeIn({ ...style, ...fineLine }),
      ...constants({ strokeOpacity: bundleOpacity }),
    };
    return lineOf(`${name}-${i}`, { x, y }, runs, plot, thin);
  });
  return joined(lines);
}

function curveMarks(name: string, curve: PanelCurve, plot: Plot, style: SeriesStyle): Drawn {
  const { x, y, halfWidths, marks } = curve;
  const runs = runsOf(x, [y], plot, 1);
  const parts = [
    ...(hasLine(marks) ? [lineOf(name, curve, runs, plot, strokeIn(lineStyle(style, marks)))] : []),
    ...(halfWidths ? [errorBars(name, curve, halfWidths, runs.flat(), plot, style)] : []),
    // A line of one point between two gaps would not be seen.
    !hasPoints(marks)
      ? dots(`${name}-lone`, { x, y }, runs.filter((run) => run.length === 1).flat(), plot, {
          ...constants({ size: style.width ** 2, fill: style.color }),
        })
      : dots(`${name}-points`, { x, y }, runs.flat(), plot, symbolIn(style)),
  ];
  return joined(parts);
}

function lineOf(
  name: string,
  { x, y }: Points,
  runs: Runs,
  plot: Plot,
  stroke: EncodeEntry,
): Drawn {
  const rows = interrupted(runs, (i) => ({ x: x[i], y: nearPanel(plot, y[i]) }));
  const line: Mark = {
    type: 'line',
    name: `${name}-line`,
    clip: leaves(runs, plot, x, [y]),
    from: { data: name },
    encode: { enter: { ...onScales, ...defined, ...stroke } },
  };
  return {
    data: [{ name, values: rows }],
    marks: [line],
    pixels: runs.flatMap((run) => alongLine(run.map((i) => pixelAt(plot, x[i], y[i])))),
  };
}

function dots(
  name: string,
  { x, y }: Points,
  indices: number[],
  plot: Plot,
  symbol: EncodeEntry,
): Drawn {
  const values = indices
    .filter((i) => isInside(plot.spans.x, x[i]) && isInside(plot.spans.y, y[i]))
    .map((i) => ({ x: x[i], y: y[i] }));
  if (values.length === 0) return joined([]);
  const mark: Mark = {
    type: 'symbol',
    name,
    from: { data: `${name}-at` },
    encode: { enter: { ...onScales, ...symbol } },
  };
  return {
    data: [{ name: `${name}-at`, values }],
    marks: [mark],
    pixels: values.map((point) => pixelAt(plot, point.x, point.y)),
  };
}

/** Thinned to units of a few pixels. */
function runsOf(x: Numbers, arrays: Numbers[], { cell, spans }: Plot, unit: number): Runs {
  const units = cell.width / unit;
  return drawnRuns(x.length, arrays, (i) => shareOf(spans.x, x[i]) * units, [0, units]);
}

/** A row for each index, and one without an x after each run. */
function interrupted<Row extends object>(runs: Runs, row: (index: number) => Row): object[] {
  return runs.flatMap((run, i) => [...run.map(row), ...(i + 1 < runs.length ? [{ x: null }] : [])]);
}

/** A number, or one so far outside of the panel that lines to it leave just as steeply. */
function nearPanel({ spans }: Plot, value: number): number {
  const { scale, min, max } = spans.y;
  if (scale === 'log') return value;
  const far = 1e3 * (max - min);
  return Math.min(max + far, Math.max(min - far, value));
}

/** Whether there is something to clip: not all that is drawn lies inside the panel. */
function leaves(runs: Runs, { spans }: Plot, x: Numbers, arrays: Numbers[]): boolean {
  return runs
    .flat()
    .some((i) => !isInside(spans.x, x[i]) || arrays.some((array) => !isInside(spans.y, array[i])));
}
