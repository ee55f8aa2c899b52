import { extent, type Numbers } from './arrays.ts';
import { axisTicks } from './axis-ticks.ts';
import type { CurveAxis, CurvesData, CurvesPanel, PanelAxis, Rule } from './curve-data.ts';
import { hasPoints } from './curve-marks.ts';
import type { AxisSpan, ScaleType } from './span.ts';

export interface PanelAxes {
  x: CurveAxis;
  y: CurveAxis;
}

/** The axes of a panel: those of the figure, but for what the panel changes. */
export function panelAxes(figure: Pick<CurvesData, 'x' | 'y'>, { x, y }: CurvesPanel): PanelAxes {
  return { x: changed(figure.x, x), y: changed(figure.y, y) };
}

function changed(axis: CurveAxis, changes: PanelAxis | undefined): CurveAxis {
  return Object.assign({ ...axis }, Object.fromEntries(given(changes)));
}

/** What a panel does change. */
function given(changes: PanelAxis = {}): [key: string, value: unknown][] {
  return Object.entries(changes).filter(([, value]) => value !== undefined);
}

/** Whether a panel has the domain, and the labels, that an axis of the figure has. */
export function follows({ shared = false }: CurveAxis, own: PanelAxis | undefined): boolean {
  return shared && given(own).every(([key]) => key === 'title');
}

/** The room around data in a domain that is taken from them, as a share of their extent. */
const room = 0.05;

/** What each panel shows along an axis whose plots are so many pixels long. */
export function curveSpans(data: CurvesData, along: 'x' | 'y', pixels: number): AxisSpan[] {
  const { panels } = data;
  const followers = panels.filter((panel) => follows(data[along], panel[along]));
  const ofFollowers = domainOf(followers, data[along], along);
  return panels.map((panel) => {
    const axis = panelAxes(data, panel)[along];
    const { title, scale = 'linear' } = axis;
    const follower = follows(data[along], panel[along]);
    const [min, max] = follower ? ofFollowers : domainOf([panel], axis, along);
    return { title, scale, min, max, ticks: axisTicks({ scale, min, max }, axis, along, pixels) };
  });
}

function domainOf(
  panels: CurvesPanel[],
  { scale = 'linear', domain, format }: PanelAxis,
  along: 'x' | 'y',
): readonly [min: number, max: number] {
  if (domain) return domain;
  const arrays = panels.flatMap((panel) => (along === 'x' ? positionsOf(panel) : valuesOf(panel)));
  const found = extent(arrays, scale === 'log' ? 0 : -Infinity);
  if (!found) return scale === 'log' ? [1, 10] : [0, 1];
  const hasAnyPoints = panels.some(({ curves = [] }) =>
    curves.some(({ marks }) => hasPoints(marks)),
  );
  const share = along === 'y' || hasAnyPoints ? room : 0;
  const [min, max] = widened(found, scale, share);
  const isShare = format === 'percent' && found[0] >= 0 && found[1] <= 1;
  return isShare ? [Math.max(0, min), Math.min(1, max)] : [min, max];
}

function positionsOf({ curves = [], bands = [], bundles = [], events, rules }: CurvesPanel) {
  return [
    ...[...curves, ...bands, ...bundles].map(({ x }) => x),
    (events ?? []).map(({ x }) => x),
    placesOf(rules, 'x'),
  ];
}

function valuesOf({ curves = [], bands = [], bundles = [], rules }: CurvesPanel): Numbers[] {
  const ends = curves.flatMap(({ y, halfWidths }) =>
    halfWidths
      ? [-1, 1].map((side) => Array.from(y, (value, i) => value + side * halfWidths[i]))
      : [],
  );
  return [
    ...curves.map(({ y }) => y),
    ...ends,
    ...bands.flatMap(({ low, high }) => [low, high]),
    ...bundles.flatMap(({ ys }) => ys),
    placesOf(rules, 'y'),
  ];
}

function placesOf(rules: Rule[] = [], along: 'x' | 'y'): number[] {
  return rules.flatMap(({ axis, at }) => (axis === along ? [at] : []));
}

function widened([min, max]: [number, number], scale: ScaleType, share: number): [number, number] {
  if (scale === 'log') {
    const factor = min < max ? (max / min) ** share : 2;
    return [min / factor, max * factor];
  }
  const margin = min < max ? share * (max - min) : 0.1 * Math.abs(max) || 1;
  return [min - margin, max + margin];
}
