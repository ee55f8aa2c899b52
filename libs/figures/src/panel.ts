import type { Axis, GroupMark, Mark, Scale } from 'vega';
import type { Cell } from './layout.ts';
import { constants, textMark } from './marks.ts';
import { panelTitleFont } from './theme.ts';

/** What an axis shows: the numbers from `min` to `max`, under a title. */
export interface AxisSpan {
  title: string;
  min: number;
  max: number;
}

/** A panel that draws `marks` under a title, in linear scales `x` and `y` with their axes. */
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
    // An axis reads the extent of its grid from these two.
    signals: [
      { name: 'width', value: cell.width },
      { name: 'height', value: cell.height },
    ],
    scales: [linearScale('x', x, [0, cell.width]), linearScale('y', y, [cell.height, 0])],
    axes: [
      { ...axis('x', x), orient: 'bottom', titleY: 26 },
      { ...axis('y', y), orient: 'left', titleX: -49 },
    ],
    marks: [...marks, titleMark],
  };
}

function linearScale(name: string, { min, max }: AxisSpan, range: [number, number]): Scale {
  return { name, type: 'linear', domain: [min, max], range, nice: false, zero: false };
}

function axis(scale: string, { title, min, max }: AxisSpan): Omit<Axis, 'orient'> {
  const magnitude = Math.max(Math.abs(min), Math.abs(max));
  const ticks = { scale, title, tickCount: magnitude < 1e3 ? 5 : 3, grid: true };
  const plain = magnitude >= 1e-3 && magnitude < 1e5;
  return plain ? ticks : { ...ticks, encode: { labels: { update: { text: powerOfTen } } } };
}

const powerOfTen = { signal: "datum.value === 0 ? '0' : format(datum.value, '~e')" };
