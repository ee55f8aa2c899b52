import type { Mark, Spec } from 'vega';
import { checkDensities } from './check-densities.ts';
import type { DensitiesData } from './density-data.ts';
import { densityPanel } from './density-panel.ts';
import { jointPanel } from './joint-panel.ts';
import { layoutCells, padding } from './layout.ts';
import { legend, type LegendEntry } from './legend.ts';
import { textMark } from './marks.ts';
import { wrapText } from './text.ts';
import {
  config,
  referenceStyle,
  seriesStyles,
  subtitleColor,
  subtitleFont,
  titleFont,
  type SeriesStyle,
} from './theme.ts';

/**
 * A figure like [PF22], Figure 2: the contours of a joint density, then
 * for each component the histograms and estimated densities of several series, under a title, a
 * subtitle and a common legend.
 *
 * @throws RangeError naming the array when lengths disagree, a number is not finite, positions do
 *   not increase, a series is not listed, or there are more than six series.
 */
export function densitiesFigure(data: DensitiesData): Spec {
  checkDensities(data);
  const styles = new Map(data.series.map(({ name }, i) => [name, seriesStyles[i]]));
  const styleOf = (series: string): SeriesStyle => styles.get(series)!;

  const plots = (data.joint ? 1 : 0) + data.panels.length;
  const layout = layoutCells(plots);
  const titleLines = wrapText(data.title, titleFont, layout.width);
  const subtitleLines = wrapText(data.subtitle, subtitleFont, layout.width);
  const subtitleTop = titleLines.length * titleFont.lineHeight;
  const legendTop = subtitleTop + subtitleLines.length * subtitleFont.lineHeight + 8;
  const { entries, height: legendHeight } = legend(
    legendEntries(data, styleOf),
    layout.width,
    legendTop,
  );
  const panelsTop = legendTop + legendHeight;

  const cells = layout.cells.map((cell) => ({ ...cell, y: cell.y + panelsTop }));
  const panelCells = data.joint ? cells.slice(1) : cells;
  const panels = data.panels.map((panel, i) => {
    const startsRow = i === 0 || panelCells[i].column === 0;
    return densityPanel(
      `density-panel-${i}`,
      panel,
      panelCells[i],
      startsRow ? 'density' : '',
      styleOf,
    );
  });
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
    ...entries,
    ...(data.joint ? [jointPanel(data.joint, cells[0], styleOf)] : []),
    ...panels,
  ];
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    description: [data.title, data.subtitle].filter((line) => line !== '').join('. '),
    width: layout.width,
    height: panelsTop + layout.height,
    padding,
    autosize: 'none',
    config,
    marks,
  };
}

/** The series, then each distinct reference. */
function legendEntries(
  data: DensitiesData,
  styleOf: (series: string) => SeriesStyle,
): LegendEntry[] {
  const references = [data.joint?.reference, ...data.panels.map(({ reference }) => reference)];
  const labels = new Set(references.flatMap((reference) => (reference ? [reference.label] : [])));
  return [
    ...data.series.map(({ name, label }) => ({ label, style: styleOf(name), filled: true })),
    ...[...labels].map((label) => ({ label, style: referenceStyle, filled: false })),
  ];
}
