import type { EncodeEntry, TextMark } from 'vega';
import { textColor, type SeriesStyle } from './theme.ts';

/** The encoding that sets each property to a constant. */
export function constants(values: Record<string, unknown>): EncodeEntry {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
}

/** The encoding of a stroke in the style of a series. */
export function strokeIn({ color, dash, width }: SeriesStyle): EncodeEntry {
  return constants({ stroke: color, strokeDash: dash, strokeWidth: width });
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

interface TextProperties {
  x: number;
  y: number;
  fontSize: number;
  fontWeight?: 'bold';
  lineHeight?: number;
  align?: 'left' | 'center';
  fill?: string;
}
