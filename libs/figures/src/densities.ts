import type { Spec } from 'vega';
import { checkDensities } from './check-densities.ts';
import type { DensitiesData } from './density-data.ts';
import { densityPanel } from './density-panel.ts';
import { figureSpec } from './figure.ts';
import { jointPanel } from './joint-panel.ts';
import { evenColumns, layoutCells } from './layout.ts';
import { legend, seriesSwatch, type LegendEntry } from './legend.ts';
import { referenceStyles, seriesStyles, type SeriesStyle } from './theme.ts';

/**
 * A figure like [PF22], Figure 2: the contours of a joint density, then
 * for each component the histograms and estimated densities of several series, under a title, a
 * subtitle and a common legend.
 *
 * @throws RangeError naming the array when lengths disagree, a number is not finite, positions do
 *   not increase, a series is not listed, or there are more than eight series.
 */
export function densitiesFigure(data: DensitiesData): Spec {
  checkDensities(data);
  const styles = new Map(data.series.map(({ name }, i) => [name, seriesStyles[i]]));
  const styleOf = (series: string): SeriesStyle => styles.get(series)!;
  const plots = (data.joint ? 1 : 0) + data.panels.length;
  return figureSpec({
    title: data.title,
    subtitle: data.subtitle,
    layout: layoutCells(plots, {
      columns: evenColumns(plots),
      plot: plots === 1 ? { width: 420, height: 280 } : { width: 236, height: 236 },
    }),
    key: (width, top) => legend(legendEntries(data, styleOf), width, top),
    panels: (cells) => {
      const panelCells = data.joint ? cells.slice(1) : cells;
      const panels = data.panels.map((panel, i) => {
        const startsRow = i === 0 || panelCells[i].column === 0;
        const yTitle = startsRow ? 'density' : '';
        return densityPanel(`density-panel-${i}`, panel, panelCells[i], yTitle, styleOf);
      });
      return data.joint ? [jointPanel(data.joint, cells[0], styleOf), ...panels] : panels;
    },
  });
}

/** The series, then each distinct reference. */
function legendEntries(
  data: DensitiesData,
  styleOf: (series: string) => SeriesStyle,
): LegendEntry[] {
  const references = [data.joint?.reference, ...data.panels.map(({ reference }) => reference)];
  const labels = new Set(references.flatMap((reference) => (reference ? [reference.label] : [])));
  return [
    ...data.series.map(({ name, label }) => ({
      label,
      swatch: seriesSwatch(styleOf(name), { filled: true, line: true }),
    })),
    ...[...labels].map((label) => ({
      label,
      swatch: seriesSwatch(referenceStyles[0], { line: true }),
    })),
  ];
}
