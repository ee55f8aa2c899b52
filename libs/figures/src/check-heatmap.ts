import { indexWhere } from './arrays.ts';
import { checkColumns, checkFinite, checkInterval, checkUniform } from './checks.ts';
import type { ColorAxis, HeatmapData, HeatmapPanel } from './heatmap-data.ts';

/**
 * @throws RangeError naming the array when lengths disagree, positions are not equally spaced, a
 *   number is infinite, or NaN where contours are drawn, or a domain is empty or lopsided.
 */
export function checkHeatmap(data: HeatmapData): void {
  checkColumns('heatmapFigure', data.columns);
  if (data.panels.length === 0) throw new RangeError('heatmapFigure: there is no panel to draw');
  checkColors(data.colors);
  data.panels.forEach((panel, i) => checkPanel(panel, `panels[${i}]`));
}

function checkColors({ scheme, middle, domain }: ColorAxis): void {
  if (middle !== undefined) checkFinite([middle], 'colors.middle');
  if (!domain) return;
  checkInterval(domain, 'colors.domain');
  const [min, max] = domain;
  const wanted = middle ?? 0;
  if (scheme === 'diverging' && !(min < wanted && wanted < max)) {
    throw new RangeError(
      `colors.domain is [${min}, ${max}], must hold the middle, ${wanted}, of a diverging scheme`,
    );
  }
}

function checkPanel({ x, y, values, levels }: HeatmapPanel, at: string): void {
  checkUniform(x, `${at}.x`);
  checkUniform(y, `${at}.y`);
  if (values.length !== x.length * y.length) {
    throw new RangeError(
      `${at}.values has ${values.length} numbers, must have ${x.length * y.length} ` +
        `for ${x.length} x by ${y.length} y`,
    );
  }
  if (levels) {
    checkFinite(levels, `${at}.levels`);
    checkFinite(values, `${at}.values`);
  }
  const bad = indexWhere(values, (value) => Math.abs(value) === Infinity);
  if (bad >= 0) {
    throw new RangeError(`${at}.values[${bad}] is ${values[bad]}, must be finite or NaN`);
  }
}
