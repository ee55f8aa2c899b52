import type { GroupMark, Mark } from 'vega';
import type { Curve, DensityPanel, Histogram } from './density-data.ts';
import type { Cell } from './layout.ts';
import { constants, strokeIn } from './marks.ts';
import { panelGroup } from './panel.ts';
import { linearSpan } from './span.ts';
import { fillOpacity, referenceStyles, type SeriesStyle } from './theme.ts';
import { thinCurve } from './thin.ts';

/** One for every one or two pixels across a panel. */
const mostCurvePoints = 181;

/** How much of a panel's height the highest density takes. */
const filled = 0.94;

/** The histograms of a component, with the estimated and the analytic densities over them. */
export function densityPanel(
  name: string,
  panel: DensityPanel,
  cell: Cell,
  yTitle: string,
  styleOf: (series: string) => SeriesStyle,
): GroupMark {
  const { series, reference } = panel;
  const curves = [
    ...series.map(({ name, curve }) => ({ curve, style: styleOf(name) })),
    ...(reference ? [{ curve: reference, style: referenceStyles[0] }] : []),
  ].map(({ curve, style }) => ({ curve: thinCurve(curve, mostCurvePoints), style }));
  const marks: Mark[] = [
    ...series.map((_, i) => histogramMark(`histogram${i}`, styleOf(series[i].name))),
    ...curves.map(({ style }, i) => curveMark(`curve${i}`, style)),
  ];
  const positions = [
    ...series.map(({ histogram }) => histogram.edges),
    ...curves.map(({ curve }) => curve.x),
  ];
  const densities = [
    ...series.map(({ histogram }) => histogram),
    ...curves.map(({ curve }) => curve),
  ];
  const x = linearSpan(
    panel.xTitle,
    Math.min(...positions.map((increasing) => increasing[0])),
    Math.max(...positions.map((increasing) => increasing.at(-1)!)),
  );
  const highest = Math.max(...densities.map(({ density }) => Math.max(...density)));
  const y = linearSpan(yTitle, 0, highest > 0 ? highest / filled : 1);
  return {
    ...panelGroup(name, cell, panel.title, x, y, marks),
    data: [
      ...series.map(({ histogram }, i) => ({ name: `histogram${i}`, values: steps(histogram) })),
      ...curves.map(({ curve }, i) => ({ name: `curve${i}`, values: points(curve) })),
    ],
  };
}

const onScales = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'density' } };

function histogramMark(data: string, { color }: SeriesStyle): Mark {
  return {
    type: 'area',
    name: `${data}-steps`,
    from: { data },
    encode: {
      enter: {
        ...onScales,
        y2: { scale: 'y', value: 0 },
        ...constants({
          interpolate: 'step-after',
          fill: color,
          fillOpacity,
          stroke: color,
          strokeWidth: 0.5,
          strokeOpacity: 0.6,
        }),
      },
    },
  };
}

function curveMark(data: string, style: SeriesStyle): Mark {
  return {
    type: 'line',
    name: `${data}-line`,
    from: { data },
    encode: { enter: { ...onScales, ...strokeIn(style) } },
  };
}

interface Point {
  x: number;
  density: number;
}

function points({ x, density }: Curve): Point[] {
  return x.map((at, i) => ({ x: at, density: density[i] }));
}

/** The height of the histogram from each edge on; the last edge ends the last bin. */
function steps({ edges, density }: Histogram): Point[] {
  return points({ x: edges, density: [...density, density.at(-1)!] });
}
