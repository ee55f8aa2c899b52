import type { PanelAxis } from './curve-data.ts';
import { anyNumber } from './numbers.ts';
import { shareOf, type AxisSpan } from './span.ts';
import { textWidth } from './text.ts';
import { axisLabelFont } from './theme.ts';
import { linearTicks, logTicks, type Tick } from './ticks.ts';

type Span = Pick<AxisSpan, 'scale' | 'min' | 'max'>;

/** The room that labels have between them at least. */
const between = { x: 8, y: 4 };

/** So many pixels a tick or more, which leaves the lines of the grid apart. */
const perTick = { x: 75, y: 48 };

/**
 * The ticks that an axis is given, or else as many as it has room for. Of given ticks that are too
 * close for their labels, the later ones have none.
 */
export function axisTicks(
  span: Span,
  { ticks, format = 'number' }: PanelAxis,
  along: 'x' | 'y',
  pixels: number,
): Tick[] {
  const { scale, min, max } = span;
  const placed = (tick: Tick): PlacedLabel => {
    const size = along === 'x' ? textWidth(tick.label, axisLabelFont) : axisLabelFont.size;
    return { middle: shareOf(span, tick.value) * pixels, size: size + between[along] };
  };
  if (ticks) {
    const inside = Array.from(ticks).filter((value) => value >= min && value <= max);
    return spaced(
      inside.map((value) => ({ value, label: anyNumber(value, format) })),
      placed,
    );
  }
  const most = Math.max(2, Math.round(pixels / perTick[along]));
  const candidates =
    scale === 'log'
      ? logTicks(min, max, format)
      : Array.from({ length: most - 1 }, (_, i) => linearTicks(min, max, most - i, format));
  const fits = (set: Tick[]) => spaced(set, placed).every((tick, i) => tick === set[i]);
  return candidates.find(fits) ?? candidates.at(-1)!;
}

interface PlacedLabel {
  middle: number;
  /** With the room that it needs around it. */
  size: number;
}

/** The ticks from left to right, without the labels that would overlap with one before. */
function spaced(ticks: Tick[], place: (tick: Tick) => PlacedLabel): Tick[] {
  let end = -Infinity;
  return ticks.map((tick) => {
    const { middle, size } = place(tick);
    if (middle - size / 2 < end) return { ...tick, label: '' };
    end = middle + size / 2;
    return tick;
  });
}
