import type { Spec } from 'vega';
import type { Numbers } from './arrays.ts';
import { axisTicks } from './axis-ticks.ts';
import { checkHeatmap } from './check-heatmap.ts';
import { colorBar } from './color-bar.ts';
import { colorScale } from './color-scale.ts';
import { figureSpec } from './figure.ts';
import { panelGrid, type GridAxis } from './grid.ts';
import type { HeatmapData } from './heatmap-data.ts';
import { heatmapPanel } from './heatmap-panel.ts';
import { evenColumns } from './layout.ts';
import type { AxisSpan } from './span.ts';

/** The sides of a plot in a grid of one, two, and more columns. */
const sides = [380, 300, 236];

/**
 * A figure of matrices as colours of one scale, optionally with contours, such as the correlations
 * or one draw of a random function of two inputs, under a title, a subtitle and a bar of colours.
 *
 * @throws RangeError naming the array when lengths disagree, positions are not equally spaced, a
 *   number is infinite, or NaN where contours are drawn, or a domain is empty or lopsided.
 */
export function heatmapFigure(data: HeatmapData): Spec {
  checkHeatmap(data);
  const { panels } = data;
  const columns = Math.min(data.columns ?? evenColumns(panels.length), panels.length);
  const side = sides[Math.min(columns, sides.length) - 1];
  const axis = (title: string, along: 'x' | 'y') =>
    gridAxis(panels.map((panel) => cellSpan(title, panel[along], along, side)));
  const { layout, spans } = panelGrid(axis(data.xTitle, 'x'), axis(data.yTitle, 'y'), columns, {
    width: side,
    height: side,
  });
  const scale = colorScale(data.colors, panels);
  return figureSpec({
    title: data.title,
    subtitle: data.subtitle,
    layout,
    key: (width, top) => colorBar(data.colors, scale, width, top),
    panels: (cells) =>
      panels.map((panel, i) =>
        heatmapPanel(`heatmap-panel-${i}`, panel, cells[i], spans[i], scale),
      ),
  });
}

/** From the outer side of the first cell to that of the last. */
function cellSpan(title: string, middles: Numbers, along: 'x' | 'y', pixels: number): AxisSpan {
  const [first, last] = [middles[0], middles[middles.length - 1]];
  const half = (last - first) / (middles.length - 1) / 2;
  const span = { scale: 'linear' as const, min: first - half, max: last + half };
  return { title, ...span, ticks: axisTicks(span, {}, along, pixels) };
}

/** Labels are shared when all panels have the same. */
function gridAxis(spans: AxisSpan[]): GridAxis {
  const shared = spans.every(({ min, max }) => min === spans[0].min && max === spans[0].max);
  return { spans, ownTitle: spans.map(() => false), shared: spans.map(() => shared) };
}
