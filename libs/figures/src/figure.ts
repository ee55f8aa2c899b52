import type { Mark, Spec } from 'vega';
import { padding, type Cell, type CellLayout } from './layout.ts';
import { textMark } from './marks.ts';
import { wrapText } from './text.ts';
import { config, subtitleColor, subtitleFont, titleFont } from './theme.ts';

/** What explains the panels of a figure, between its titles and them. */
export interface Key {
  height: number;
  marks: Mark[];
}

export interface FigureParts {
  title: string;
  subtitle: string;
  layout: CellLayout;
  /** The key in a width, from a height on. */
  key: (width: number, top: number) => Key;
  /** The panels in their cells. */
  panels: (cells: Cell[]) => Mark[];
}

/** A figure: a title, a subtitle and a key over panels in a grid. */
export function figureSpec({ title, subtitle, layout, key, panels }: FigureParts): Spec {
  const titleLines = wrapText(title, titleFont, layout.width);
  const subtitleLines = wrapText(subtitle, subtitleFont, layout.width);
  const subtitleTop = titleLines.length * titleFont.lineHeight;
  const keyTop = subtitleTop + subtitleLines.length * subtitleFont.lineHeight + 8;
  const { height: keyHeight, marks: keyMarks } = key(layout.width, keyTop);
  const panelsTop = keyTop + keyHeight;
  const marks: Mark[] = [
    textMark('title', titleLines, {
      x: 0,
      y: titleFont.size,
      fontSize: titleFont.size,
      fontWeight: 'bold',
      lineHeight: titleFont.lineHeight,
    }),
    textMark('subtitle', subtitleLines, {
      x: 0,
      y: subtitleTop + subtitleFont.size,
      fontSize: subtitleFont.size,
      lineHeight: subtitleFont.lineHeight,
      fill: subtitleColor,
    }),
    ...keyMarks,
    ...panels(layout.cells.map((cell) => ({ ...cell, y: cell.y + panelsTop }))),
  ];
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    description: [title, subtitle].filter((line) => line !== '').join('. '),
    width: layout.width,
    height: panelsTop + layout.height,
    padding,
    autosize: 'none',
    config,
    marks,
  };
}
