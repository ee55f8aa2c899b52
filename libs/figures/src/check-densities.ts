import type {
  Contours,
  Curve,
  DensitiesData,
  DensityPanel,
  Histogram,
  JointDensity,
} from './density-data.ts';
import { seriesStyles } from './theme.ts';

/**
 * @throws RangeError naming the array and the lengths when lengths disagree, a number is not
 *   finite, a grid is not uniform, or a series is unknown, repeated or one too many.
 */
export function checkDensities(data: DensitiesData): void {
  checkSeries(data);
  if (data.joint === undefined && data.panels.length === 0) {
    throw new RangeError('densitiesFigure: there is neither a joint density nor a panel to draw');
  }
  if (data.joint) checkJoint(data, data.joint);
  data.panels.forEach((panel, i) => checkPanel(data, panel, `panels[${i}]`));
}

function checkSeries({ series }: DensitiesData): void {
  if (series.length === 0 || series.length > seriesStyles.length) {
    throw new RangeError(
      `densitiesFigure: ${series.length} series, must be 1 to ${seriesStyles.length}`,
    );
  }
  const names = series.map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new RangeError(`densitiesFigure: the series '${repeated}' is listed twice`);
  }
}

function checkKnown({ series }: DensitiesData, name: string, at: string): void {
  if (!series.some((known) => known.name === name)) {
    const names = series.map((known) => `'${known.name}'`).join(', ');
    throw new RangeError(`${at}.name is '${name}', must be one of the series ${names}`);
  }
}

function checkJoint(data: DensitiesData, joint: JointDensity): void {
  checkUniform(joint.x, 'joint.x');
  checkUniform(joint.y, 'joint.y');
  if (joint.series.length === 0) throw new RangeError('joint.series is empty');
  const nodes = joint.x.length * joint.y.length;
  const checkContours = ({ density, levels }: Contours, at: string) => {
    checkFinite(density, `${at}.density`);
    checkFinite(levels, `${at}.levels`);
    if (density.length !== nodes) {
      throw new RangeError(
        `${at}.density has ${density.length} numbers, must have ${nodes} ` +
          `for ${joint.x.length} x by ${joint.y.length} y`,
      );
    }
  };
  joint.series.forEach((contours, i) => {
    checkKnown(data, contours.name, `joint.series[${i}]`);
    checkContours(contours, `joint.series[${i}]`);
  });
  if (joint.reference) checkContours(joint.reference, 'joint.reference');
}

function checkPanel(data: DensitiesData, panel: DensityPanel, at: string): void {
  if (panel.series.length === 0) throw new RangeError(`${at}.series is empty`);
  panel.series.forEach(({ name, histogram, curve }, i) => {
    checkKnown(data, name, `${at}.series[${i}]`);
    checkHistogram(histogram, `${at}.series[${i}].histogram`);
    checkCurve(curve, `${at}.series[${i}].curve`);
  });
  if (panel.reference) checkCurve(panel.reference, `${at}.reference`);
}

function checkHistogram({ edges, density }: Histogram, at: string): void {
  checkIncreasing(edges, `${at}.edges`);
  checkFinite(density, `${at}.density`);
  if (edges.length !== density.length + 1) {
    throw new RangeError(
      `${at} has ${edges.length} edges and ${density.length} densities, must have one edge more`,
    );
  }
}

function checkCurve({ x, density }: Curve, at: string): void {
  checkIncreasing(x, `${at}.x`);
  checkFinite(density, `${at}.density`);
  if (x.length !== density.length) {
    throw new RangeError(
      `${at} has ${x.length} x and ${density.length} densities, must have as many`,
    );
  }
}

function checkFinite(numbers: number[], at: string): void {
  const bad = numbers.findIndex((number) => !Number.isFinite(number));
  if (bad >= 0) throw new RangeError(`${at}[${bad}] is ${numbers[bad]}, must be finite`);
}

function checkIncreasing(numbers: number[], at: string): void {
  checkFinite(numbers, at);
  if (numbers.length < 2) {
    throw new RangeError(`${at} has ${numbers.length} numbers, must have at least 2`);
  }
  const bad = numbers.findIndex((number, i) => i > 0 && number <= numbers[i - 1]);
  if (bad >= 0) {
    throw new RangeError(
      `${at} must increase, but goes from ${numbers[bad - 1]} to ${numbers[bad]}`,
    );
  }
}

function checkUniform(numbers: number[], at: string): void {
  checkIncreasing(numbers, at);
  const last = numbers.length - 1;
  const step = (numbers[last] - numbers[0]) / last;
  const bad = numbers.findIndex(
    (number, i) => Math.abs(number - numbers[0] - i * step) > step / 100,
  );
  if (bad >= 0) {
    throw new RangeError(
      `${at} must be equally spaced, but ${at}[${bad}] is ${numbers[bad]}, ` +
        `not ${numbers[0] + bad * step}`,
    );
  }
}
