import type { EncodeEntry, Mark, TextMark } from 'vega';
import { textColor, type SeriesStyle } from './theme.ts';

/** The encoding that sets each property to a constant. */
export function constants(values: Record<string, unknown>): EncodeEntry {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
}

/** The encoding of a stroke in the style of a series. */
export function strokeIn({ color, dash, width }: Omit<SeriesStyle, 'shape'>): EncodeEntry {
  return constants({ stroke: color, strokeDash: dash, strokeWidth: width });
}

/** The encoding of a point in the colour and shape of a series. */
export function symbolIn({ color, shape }: SeriesStyle): EncodeEntry {
  return constants({
    shape,
    size: symbolSize(shape),
    fill: color,
    stroke: 'white',
    strokeWidth: 0.7,
  });
}

/** Vega's size is the square of the width, which shapes fill to different degrees. */
function symbolSize(shape: string): number {
  return shape === 'circle' || shape === 'square' ? 42 : 72;
}

/** An image stretched over a rectangle. */
export function imageMark(
  name: string,
  url: string,
  rectangle: { x: number; y: number; width: number; height: number },
): Mark {
  const shown = { url, ...rectangle, aspect: false, smooth: false };
  return { type: 'image', name, encode: { enter: constants(shown) } };
}

/** One text of one or more lines; `y` is the baseline of the first. */
export function textMark(name: string, lines: string[], properties: TextProperties): TextMark {
  const text = lines.length > 1 ? lines : lines.join('');
  return {
    type: 'text',
    name,
    encode: { enter: constants({ fill: textColor, ...properties, text }) },
  };
}

export interface TextProperties {
  x: number;
  y: number;
  fontSize: number;
  fontWeight?: 'bold';
  lineHeight?: number;
  align?: 'left' | 'center' | 'right';
  fill?: string;
  stroke?: string;
  strokeWidth?: number;
}
