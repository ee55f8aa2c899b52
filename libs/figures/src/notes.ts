import type { Mark } from 'vega';
import { clearest, type Pixel, type Rectangle } from './clearest.ts';
import type { Note, NotePlace, Rule } from './curve-data.ts';
import type { Cell } from './layout.ts';
import { constants, strokeIn, textMark, type TextProperties } from './marks.ts';
import { shareOf, type PanelSpans } from './span.ts';
import { textWidth, wrapText } from './text.ts';
import { noteFont, ruleStyle, textColor, type SeriesStyle } from './theme.ts';

/** Between a text and what it stands at. */
const near = 4;

/** Straight lines across a panel. */
export function ruleLines(
  rules: Rule[],
  cell: Cell,
  spans: PanelSpans,
  styleOf: (series: string) => SeriesStyle,
): Mark[] {
  return inPanel(rules, spans).map((rule, i) => {
    const at = pixelOf(rule, cell, spans);
    const ends =
      rule.axis === 'x'
        ? { x: at, x2: at, y: 0, y2: cell.height }
        : { x: 0, x2: cell.width, y: at, y2: at };
    const color = rule.name === undefined ? ruleStyle.color : styleOf(rule.name).color;
    const stroke = strokeIn({ ...ruleStyle, color });
    return { type: 'rule', name: `rule${i}`, encode: { enter: { ...constants(ends), ...stroke } } };
  });
}

/** The labels of rules in the panel, where they cover the fewest of the points that are drawn. */
export function ruleLabels(
  rules: Rule[],
  cell: Cell,
  spans: PanelSpans,
  styleOf: (series: string) => SeriesStyle,
  drawn: Pixel[],
): Mark[] {
  return inPanel(rules, spans).flatMap((rule, i) => {
    const { axis, label, listed, name } = rule;
    if (label === undefined || listed) return [];
    const at = pixelOf(rule, cell, spans);
    const places = axis === 'x' ? besideVertical(at, cell) : alongHorizontal(at, cell);
    const inside = places.filter((place) => isInside(textBox([label], place), cell));
    const place = clearest(
      inside.length > 0 ? inside : places,
      (each) => roomOf([label], each),
      drawn,
    );
    const fill = name === undefined ? textColor : styleOf(name).color;
    return haloText(`rule${i}-label`, [label], { ...place, fill });
  });
}

function inPanel(rules: Rule[], spans: PanelSpans): Rule[] {
  return rules.filter(({ axis, at }) => at >= spans[axis].min && at <= spans[axis].max);
}

function pixelOf({ axis, at }: Rule, cell: Cell, spans: PanelSpans): number {
  const share = shareOf(spans[axis], at);
  return axis === 'x' ? share * cell.width : (1 - share) * cell.height;
}

function alongHorizontal(at: number, cell: Cell): TextPlace[] {
  return [at - near, at + noteFont.size + near / 2].flatMap((y): TextPlace[] => [
    { x: cell.width - near, y, align: 'right' },
    { x: near, y, align: 'left' },
  ]);
}

function besideVertical(at: number, cell: Cell): TextPlace[] {
  return [noteFont.size + near, cell.height - 2 * near].flatMap((y): TextPlace[] => [
    { x: at + near, y, align: 'left' },
    { x: at - near, y, align: 'right' },
  ]);
}

const corners: NotePlace[] = ['top right', 'top left', 'bottom right', 'bottom left'];

/** A text in a panel, below crosses at its top edge, broken where the panel ends. */
export function noteMarks({ text, at }: Note, cell: Cell, drawn: Pixel[], crosses: Pixel[]) {
  const lines = wrapText(text, noteFont, cell.width - 4 * near);
  const top = Math.max(near, ...crosses.map(({ y }) => y)) + near;
  const places = (at === undefined ? corners : [at]).map((each) =>
    notePlace(each, lines, cell, top),
  );
  const place = clearest(places, (each) => roomOf(lines, each), drawn);
  return haloText('note', lines, { ...place, fill: textColor });
}

function notePlace(at: NotePlace, lines: string[], cell: Cell, ofTop: number): TextPlace {
  const height = lines.length * noteFont.lineHeight;
  const edge = at.startsWith('top') ? ofTop : cell.height - height - near;
  const top = at === 'centre' ? (cell.height - height) / 2 : edge;
  const y = top + noteFont.size;
  if (at === 'centre') return { x: cell.width / 2, y, align: 'center' };
  return at.endsWith('left')
    ? { x: 2 * near, y, align: 'left' }
    : { x: cell.width - 2 * near, y, align: 'right' };
}

interface TextPlace {
  x: number;
  /** The baseline of the first line. */
  y: number;
  align: NonNullable<TextProperties['align']>;
}

function textBox(lines: string[], { x, y, align }: TextPlace): Rectangle {
  const width = Math.max(...lines.map((line) => textWidth(line, noteFont)));
  const shares = { left: 0, center: 0.5, right: 1 };
  return {
    x: x - shares[align] * width,
    y: y - noteFont.size,
    width,
    height: noteFont.size + (lines.length - 1) * noteFont.lineHeight,
  };
}

/** The text and some room around it. */
function roomOf(lines: string[], place: TextPlace): Rectangle {
  const { x, y, width, height } = textBox(lines, place);
  return { x: x - near, y: y - near, width: width + 2 * near, height: height + 2 * near };
}

function isInside({ x, y, width, height }: Rectangle, cell: Cell): boolean {
  return x >= 0 && y >= 0 && x + width <= cell.width && y + height <= cell.height;
}

/** A text that stays legible over curves: it has a white rim. */
function haloText(name: string, lines: string[], place: TextPlace & { fill: string }): Mark[] {
  const text = { ...place, fontSize: noteFont.size, lineHeight: noteFont.lineHeight };
  const rim = { ...text, fill: 'white', stroke: 'white', strokeWidth: 3 };
  return [textMark(`${name}-rim`, lines, rim), textMark(name, lines, text)];
}
