import type { Axis, GroupMark, Mark, Scale } from 'vega';
import type { Cell } from './layout.ts';
import { constants, textMark } from './marks.ts';
import type { AxisSpan } from './span.ts';
import { panelTitleFont } from './theme.ts';

/** A panel that draws `marks` under a title, in scales `x` and `y` with their axes. */
export function panelGroup(
  name: string,
  cell: Cell,
  title: string,
  x: AxisSpan,
  y: AxisSpan,
  marks: Mark[],
): GroupMark {
  const titleMark = textMark('panel-title', [title], {
    x: cell.width / 2,
    y: -10,
    align: 'center',
    fontSize: panelTitleFont.size,
    fontWeight: 'bold',
  });
  return {
    type: 'group',
    name,
    encode: {
      enter: constants({ x: cell.x, y: cell.y, width: cell.width, height: cell.height }),
    },
    signals: [
      // An axis reads the extent of its grid from these two.
      { name: 'width', value: cell.width },
      { name: 'height', value: cell.height },
      labelsSignal('x', x),
      labelsSignal('y', y),
    ],
    scales: [scale('x', x, [0, cell.width]), scale('y', y, [cell.height, 0])],
    axes: [
      { ...axis('x', x), orient: 'bottom', titleY: 26 },
      { ...axis('y', y), orient: 'left', titleX: 11 - cell.left },
    ],
    marks: [...marks, titleMark],
  };
}

function scale(name: string, span: AxisSpan, range: [number, number]): Scale {
  const domain = [span.min, span.max];
  return span.scale === 'log'
    ? { name, type: 'log', domain, range, nice: false }
    : { name, type: 'linear', domain, range, nice: false, zero: false };
}

function axis(scale: string, { title, ticks }: AxisSpan): Omit<Axis, 'orient'> {
  return {
    scale,
    title,
    grid: true,
    values: ticks.map(({ value }) => value),
    labels: ticks.some(({ label }) => label !== ''),
    encode: { labels: { update: { text: { signal: `${scale}Labels[datum.value]` } } } },
  };
}

function labelsSignal(scale: string, { ticks }: AxisSpan) {
  const value = Object.fromEntries(ticks.map((tick) => [tick.value, tick.label]));
  return { name: `${scale}Labels`, value };
}
