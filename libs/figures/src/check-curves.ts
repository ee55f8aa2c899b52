import { indexWhere, type Numbers } from './arrays.ts';
import { checkColumns, checkInterval, checkDistinct, checkKnown, checkSorted } from './checks.ts';
import type { Band, Bundle, CurvesData, CurvesPanel, PanelAxis, PanelCurve } from './curve-data.ts';
import { panelAxes, type PanelAxes } from './curve-spans.ts';
import { referenceStyles, seriesStyles } from './theme.ts';

/**
 * @throws RangeError naming the array and the lengths when lengths disagree, positions do not
 *   increase, a number is infinite or, on a logarithmic axis, not positive, or a series is unknown,
 *   repeated or one too many.
 */
export function checkCurves(data: CurvesData): void {
  checkCurveSeries(data);
  checkColumns('curvesFigure', data.columns);
  if (data.panels.length === 0) throw new RangeError('curvesFigure: there is no panel to draw');
  checkAxis(data.x, 'x');
  checkAxis(data.y, 'y');
  data.panels.forEach((panel, i) => {
    const at = `panels[${i}]`;
    const axes = panelAxes(data, panel);
    if (panel.x) checkAxis(axes.x, `${at}.x`);
    if (panel.y) checkAxis(axes.y, `${at}.y`);
    checkPanel(data, panel, axes, at);
  });
}

function checkCurveSeries({ series }: CurvesData): void {
  const references = series.filter(({ reference }) => reference).length;
  const others = series.length - references;
  if (others > seriesStyles.length || references > referenceStyles.length || series.length === 0) {
    throw new RangeError(
      `curvesFigure: ${others} series and ${references} references, must be at most ` +
        `${seriesStyles.length} and ${referenceStyles.length}, and at least one of them`,
    );
  }
  checkDistinct('curvesFigure', series);
}

function checkAxis({ scale, domain, ticks }: PanelAxis, at: string): void {
  if (domain) {
    checkInterval(domain, `${at}.domain`);
    if (scale === 'log') checkPositive(domain, `${at}.domain`);
  }
  if (ticks) {
    checkSorted(ticks, `${at}.ticks`);
    if (scale === 'log') checkPositive(ticks, `${at}.ticks`);
  }
}

function checkPanel(data: CurvesData, panel: CurvesPanel, axes: PanelAxes, at: string): void {
  const named = (name: string, where: string) => checkKnown(data.series, name, where);
  panel.curves?.forEach((curve, i) => {
    named(curve.name, `${at}.curves[${i}]`);
    checkCurve(curve, axes, `${at}.curves[${i}]`);
  });
  panel.bands?.forEach((band, i) => {
    named(band.name, `${at}.bands[${i}]`);
    checkBand(band, axes, `${at}.bands[${i}]`);
  });
  panel.bundles?.forEach((bundle, i) => {
    named(bundle.name, `${at}.bundles[${i}]`);
    checkBundle(bundle, axes, `${at}.bundles[${i}]`);
  });
  panel.rules?.forEach((rule, i) => {
    if (rule.name !== undefined) named(rule.name, `${at}.rules[${i}]`);
    checkPlace(rule.at, axes[rule.axis], `${at}.rules[${i}].at`);
  });
  panel.events?.forEach((event, i) => {
    named(event.name, `${at}.events[${i}]`);
    checkPlace(event.x, axes.x, `${at}.events[${i}].x`);
  });
}

function checkCurve({ x, y, halfWidths }: PanelCurve, axes: PanelAxes, at: string): void {
  checkPositions(x, axes.x, `${at}.x`);
  checkValues(y, x, axes.y, `${at}.y`);
  if (!halfWidths) return;
  checkLength(halfWidths, x, `${at}.halfWidths`);
  const bad = indexWhere(halfWidths, (half) => half < 0 || half === Infinity);
  if (bad >= 0) {
    throw new RangeError(
      `${at}.halfWidths[${bad}] is ${halfWidths[bad]}, must be finite and not negative`,
    );
  }
}

function checkBand({ x, low, high }: Band, axes: PanelAxes, at: string): void {
  checkPositions(x, axes.x, `${at}.x`);
  checkLength(low, x, `${at}.low`);
  checkNotInfinite(low, `${at}.low`);
  checkValues(high, x, axes.y, `${at}.high`);
  const bad = indexWhere(low, (value, i) => value > high[i]);
  if (bad >= 0) {
    throw new RangeError(
      `${at}.low[${bad}] is ${low[bad]}, above ${at}.high[${bad}], ${high[bad]}`,
    );
  }
}

function checkBundle({ x, ys }: Bundle, axes: PanelAxes, at: string): void {
  checkPositions(x, axes.x, `${at}.x`);
  ys.forEach((y, i) => checkValues(y, x, axes.y, `${at}.ys[${i}]`));
}

function checkPositions(x: Numbers, axis: PanelAxis, at: string): void {
  checkSorted(x, at);
  if (axis.scale === 'log') checkPositive(x, at);
}

function checkValues(y: Numbers, x: Numbers, axis: PanelAxis, at: string): void {
  checkLength(y, x, at);
  checkNotInfinite(y, at);
  if (axis.scale === 'log') checkPositive(y, at);
}

function checkPlace(place: number, axis: PanelAxis, at: string): void {
  if (!Number.isFinite(place)) throw new RangeError(`${at} is ${place}, must be finite`);
  if (axis.scale === 'log' && place <= 0) {
    throw new RangeError(`${at} is ${place}, must be positive on a logarithmic axis`);
  }
}

function checkLength(values: Numbers, x: Numbers, at: string): void {
  if (values.length !== x.length) {
    throw new RangeError(`${at} has ${values.length} numbers, must have ${x.length} as x`);
  }
}

function checkNotInfinite(values: Numbers, at: string): void {
  const bad = indexWhere(values, (value) => Math.abs(value) === Infinity);
  if (bad >= 0) throw new RangeError(`${at}[${bad}] is ${values[bad]}, must be finite or NaN`);
}

function checkPositive(values: Numbers, at: string): void {
  const bad = indexWhere(values, (value) => value <= 0);
  if (bad >= 0) {
    throw new RangeError(`${at}[${bad}] is ${values[bad]}, must be positive on a logarithmic axis`);
  }
}
