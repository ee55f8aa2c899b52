import { linearTicks, type Tick } from './ticks.ts';

export type ScaleType = 'linear' | 'log';

/** What an axis shows: the numbers from `min` to `max`, under a title. */
export interface AxisSpan {
  title: string;
  scale: ScaleType;
  min: number;
  max: number;
  ticks: Tick[];
}

/** The axes of a panel. */
export interface PanelSpans {
  x: AxisSpan;
  y: AxisSpan;
}

/** How far along an axis a number is, 0 at its start and 1 at its end. */
export function shareOf({ scale, min, max }: Omit<AxisSpan, 'title' | 'ticks'>, value: number) {
  return scale === 'log'
    ? Math.log(value / min) / Math.log(max / min)
    : (value - min) / (max - min);
}

/** A linear axis as a panel of two hundred pixels or somewhat more has room for. */
export function linearSpan(title: string, min: number, max: number): AxisSpan {
  const magnitude = Math.max(Math.abs(min), Math.abs(max));
  return {
    title,
    scale: 'linear',
    min,
    max,
    ticks: linearTicks(min, max, magnitude < 1e3 ? 5 : 3),
  };
}
