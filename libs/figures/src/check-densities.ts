import { checkFinite, checkIncreasing, checkKnown, checkSeries, checkUniform } from './checks.ts';
import type {
  Contours,
  Curve,
  DensitiesData,
  DensityPanel,
  Histogram,
  JointDensity,
} from './density-data.ts';

/**
 * @throws RangeError naming the array and the lengths when lengths disagree, a number is not
 *   finite, a grid is not uniform, or a series is unknown, repeated or one too many.
 */
export function checkDensities(data: DensitiesData): void {
  checkSeries('densitiesFigure', data.series);
  if (data.joint === undefined && data.panels.length === 0) {
    throw new RangeError('densitiesFigure: there is neither a joint density nor a panel to draw');
  }
  if (data.joint) checkJoint(data, data.joint);
  data.panels.forEach((panel, i) => checkPanel(data, panel, `panels[${i}]`));
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
    checkKnown(data.series, contours.name, `joint.series[${i}]`);
    checkContours(contours, `joint.series[${i}]`);
  });
  if (joint.reference) checkContours(joint.reference, 'joint.reference');
}

function checkPanel(data: DensitiesData, panel: DensityPanel, at: string): void {
  if (panel.series.length === 0) throw new RangeError(`${at}.series is empty`);
  panel.series.forEach(({ name, histogram, curve }, i) => {
    checkKnown(data.series, name, `${at}.series[${i}]`);
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
