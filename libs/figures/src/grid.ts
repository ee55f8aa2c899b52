import { layoutCells, margin, type CellLayout } from './layout.ts';
import type { AxisSpan, PanelSpans } from './span.ts';
import { textWidth } from './text.ts';
import { axisLabelFont, axisTitleFont, tickRoom } from './theme.ts';

/** What each panel of a grid shows along one axis, and what inner panels need not repeat. */
export interface GridAxis {
  spans: AxisSpan[];
  /** Whether a panel has a title of its own, which is drawn wherever the panel stands. */
  ownTitle: boolean[];
  /** Whether the labels of a panel are those of the outer ones. */
  shared: boolean[];
}

export interface Grid {
  layout: CellLayout;
  /** The axes of each panel, without what it does not repeat. */
  spans: PanelSpans[];
}

/** The room between plots where nothing is written, with the halves of labels at their corners. */
const bare = { x: 26, y: 34 };

/** Panels row by row, as close to each other as their axes let them. */
export function panelGrid(
  x: GridAxis,
  y: GridAxis,
  columns: number,
  plot: { width: number; height: number },
): Grid {
  const yLabels = tickRoom + Math.max(...y.spans.flatMap(({ ticks }) => ticks.map(labelWidth)));
  const left = Math.max(margin.left, Math.ceil(yLabels) + axisTitleFont.size + 4);
  const layout = layoutCells(y.spans.length, {
    columns,
    plot,
    left,
    gap: {
      x: roomBetween(y, bare.x, Math.ceil(yLabels) + bare.x / 2, left + margin.right),
      y: roomBetween(x, bare.y, margin.top + 22, margin.top + margin.bottom),
    },
  });
  const spans = layout.cells.map(({ lowest, column }, i) => ({
    x: inGrid(x, i, lowest),
    y: inGrid(y, i, column === 0),
  }));
  return { layout, spans };
}

function labelWidth({ label }: { label: string }): number {
  return textWidth(label, axisLabelFont);
}

function roomBetween(axis: GridAxis, none: number, labels: number, titles: number): number {
  if (axis.ownTitle.some(Boolean)) return titles;
  return axis.shared.every(Boolean) ? none : labels;
}

function inGrid({ spans, ownTitle, shared }: GridAxis, i: number, isOuter: boolean): AxisSpan {
  const span = spans[i];
  if (isOuter) return span;
  return {
    ...span,
    title: ownTitle[i] ? span.title : '',
    ticks: shared[i] ? span.ticks.map(({ value }) => ({ value, label: '' })) : span.ticks,
  };
}
