/** Equally spaced nodes from `min` to `max`, both included. */
export interface UniformGrid {
  min: number;
  max: number;
  points: number;
}

export interface Density1 {
  /** The nodes of the grid. */
  x: Float64Array;
  /** The estimated density at each node. */
  density: Float64Array;
  /** The standard deviation of the Gaussian kernel. */
  bandwidth: number;
}

export interface Density2 {
  /** The nodes along the first axis. */
  x: Float64Array;
  /** The nodes along the second axis. */
  y: Float64Array;
  /** Row-major, a row for each y: the density at (`x[i]`, `y[j]`) is `density[j * x.length + i]`. */
  density: Float64Array;
  /** The standard deviations of the Gaussian kernel along x and y. */
  bandwidths: [number, number];
}

/**
 * A Gaussian kernel density estimate on a grid, from the finite ones among `values`.
 *
 * The values are binned linearly and the bins convolved with the kernel (Wand, 1994, "Fast
 * computation of multivariate kernel estimators", section 2), so the cost is that of one pass over
 * the values. With step s and bandwidth h the result is within s^2 / (8 sqrt(2 pi) h^3) of the
 * direct sum of Gaussians, and still integrates to one where s exceeds h. Values outside the grid
 * count: the density integrates over the grid to the mass that lies there.
 *
 * @param options.bandwidth By default Scott's rule, the standard deviation times n^(-1/5)
 *   (Scott, 1992, "Multivariate density estimation", section 6.3, as in SciPy's `gaussian_kde`).
 * @throws RangeError when the grid is empty, when no value is finite, when the bandwidth is not positive or exceeds the
 *   length of the grid, or when Scott's rule has fewer than two distinct values.
 */
export function kde1(
  values: Float32Array | Float64Array,
  options: { grid: UniformGrid; bandwidth?: number | undefined },
): Density1 {
  requireGrid('kde1: grid', options.grid);
  const { count, deviation } = spread(values, values);
  requireFinite('kde1', count, values.length);
  const bandwidth = options.bandwidth ?? scott('kde1', deviation, count, 1);
  const axis = smoothingAxis('kde1: bandwidth', options.grid, bandwidth);
  const bins = binLinearly(values, axis);
  const density = convolveRows(bins, 1, axis.kernel);
  return { x: nodes(options.grid), density: scaled(density, 1 / count), bandwidth };
}

/**
 * A Gaussian kernel density estimate of pairs on a grid, with a kernel that is the product of one
 * along each axis. Binning, accuracy and the treatment of values outside the grid are as in `kde1`;
 * pairs with a non-finite member are skipped.
 *
 * @param options.bandwidths Along x and y. By default Scott's rule for each axis, its standard
 *   deviation times n^(-1/6) (Scott, 1992, "Multivariate density estimation", section 6.3).
 * @throws RangeError as `kde1`, and when `xs` and `ys` differ in length.
 */
export function kde2(
  xs: Float32Array | Float64Array,
  ys: Float32Array | Float64Array,
  options: {
    xGrid: UniformGrid;
    yGrid: UniformGrid;
    bandwidths?: readonly [number, number] | undefined;
  },
): Density2 {
  if (xs.length !== ys.length) {
    throw new RangeError(`kde2: ${xs.length} xs and ${ys.length} ys, must be as many`);
  }
  requireGrid('kde2: xGrid', options.xGrid);
  requireGrid('kde2: yGrid', options.yGrid);
  const { count, deviation } = spread(xs, ys);
  requireFinite('kde2', count, xs.length);
  const bandwidths: [number, number] = options.bandwidths
    ? [...options.bandwidths]
    : [
        scott('kde2: xs', deviation, count, 2),
        scott('kde2: ys', spread(ys, xs).deviation, count, 2),
      ];
  const xAxis = smoothingAxis('kde2: the x bandwidth', options.xGrid, bandwidths[0]);
  const yAxis = smoothingAxis('kde2: the y bandwidth', options.yGrid, bandwidths[1]);
  const bins = binBilinearly(xs, ys, xAxis, yAxis);
  const alongX = convolveRows(bins, yAxis.bins, xAxis.kernel);
  const density = convolveColumns(alongX, options.xGrid.points, yAxis.kernel);
  return {
    x: nodes(options.xGrid),
    y: nodes(options.yGrid),
    density: scaled(density, 1 / count),
    bandwidths,
  };
}

/**
 * The levels of a density whose super-level sets (highest density regions; Hyndman, 1996) hold the
 * given probabilities: the density exceeds the level of p on a region of mass p. The density is
 * given on the nodes of a uniform grid of any dimension, and the mass is relative to the grid's.
 * The error in mass is at most that of one grid cell.
 *
 * @returns A level for each probability, in the order of `probabilities`.
 * @throws RangeError when a probability is outside (0, 1), a density is negative or not finite, or
 *   the density is zero everywhere.
 */
export function highestDensityLevels(
  density: Float64Array,
  probabilities: readonly number[],
): number[] {
  for (const probability of probabilities) {
    if (!(probability > 0 && probability < 1)) {
      throw new RangeError(`highestDensityLevels: ${probability} must be between 0 and 1`);
    }
  }
  const ascending = density.slice().sort();
  if (!(ascending[0] >= 0 && Number.isFinite(ascending.at(-1)))) {
    throw new RangeError('highestDensityLevels: the density must be finite and nowhere negative');
  }
  const total = ascending.reduce((sum, value) => sum + value, 0);
  if (total === 0) {
    throw new RangeError('highestDensityLevels: the density is zero everywhere on its grid');
  }
  const levels = new Map<number, number>();
  let node = ascending.length;
  let mass = 0;
  for (const probability of probabilities.toSorted((a, b) => a - b)) {
    while (mass < probability * total && node > 0) mass += ascending[--node];
    levels.set(probability, ascending[node]);
  }
  return probabilities.map((probability) => levels.get(probability)!);
}

/** Where the kernel is cut off, in bandwidths: it is down to 1.5e-8 of its peak there. */
const reach = 6;

/** The bins along an axis: the nodes of the grid, and `radius` more on either side. */
interface SmoothingAxis {
  /** The position of the first bin. */
  origin: number;
  step: number;
  bins: number;
  /** The Gaussian at the offsets -radius..radius, with sum 1 / step. */
  kernel: Float64Array;
}

function smoothingAxis(name: string, grid: UniformGrid, bandwidth: number): SmoothingAxis {
  const length = grid.max - grid.min;
  if (!(bandwidth > 0 && bandwidth <= length)) {
    throw new RangeError(
      `${name} is ${bandwidth}, must be positive and at most the length ${length} of the grid`,
    );
  }
  const step = length / (grid.points - 1);
  const radius = Math.ceil((reach * bandwidth) / step);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * (((i - radius) * step) / bandwidth) ** 2),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  return {
    origin: grid.min - radius * step,
    step,
    bins: grid.points + 2 * radius,
    kernel: scaled(kernel, 1 / (sum * step)),
  };
}

/** Shares each value between the two bins beside it, in proportion to its nearness. */
function binLinearly(values: Float32Array | Float64Array, axis: SmoothingAxis): Float64Array {
  const bins = new Float64Array(axis.bins);
  for (const value of values) {
    const position = (value - axis.origin) / axis.step;
    if (!(position >= 0 && position < axis.bins - 1)) continue;
    const bin = Math.floor(position);
    const share = position - bin;
    bins[bin] += 1 - share;
    bins[bin + 1] += share;
  }
  return bins;
}

/** Shares each pair between the four bins around it; row-major, a row for each bin along y. */
function binBilinearly(
  xs: Float32Array | Float64Array,
  ys: Float32Array | Float64Array,
  xAxis: SmoothingAxis,
  yAxis: SmoothingAxis,
): Float64Array {
  const columns = xAxis.bins;
  const bins = new Float64Array(columns * yAxis.bins);
  for (let i = 0; i < xs.length; i++) {
    const x = (xs[i] - xAxis.origin) / xAxis.step;
    const y = (ys[i] - yAxis.origin) / yAxis.step;
    if (!(x >= 0 && x < xAxis.bins - 1 && y >= 0 && y < yAxis.bins - 1)) continue;
    const column = Math.floor(x);
    const row = Math.floor(y);
    const xShare = x - column;
    const yShare = y - row;
    const bin = row * columns + column;
    bins[bin] += (1 - xShare) * (1 - yShare);
    bins[bin + 1] += xShare * (1 - yShare);
    bins[bin + columns] += (1 - xShare) * yShare;
    bins[bin + columns + 1] += xShare * yShare;
  }
  return bins;
}

/** Convolves each row with the kernel where the kernel lies within it. */
function convolveRows(matrix: Float64Array, rows: number, kernel: Float64Array): Float64Array {
  const columns = matrix.length / rows;
  const width = columns - kernel.length + 1;
  const result = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      const from = row * columns + column;
      for (let k = 0; k < kernel.length; k++) sum += kernel[k] * matrix[from + k];
      result[row * width + column] = sum;
    }
  }
  return result;
}

/** Convolves each column with the kernel where the kernel lies within it. */
function convolveColumns(
  matrix: Float64Array,
  columns: number,
  kernel: Float64Array,
): Float64Array {
  const height = matrix.length / columns - kernel.length + 1;
  const result = new Float64Array(height * columns);
  for (let row = 0; row < height; row++) {
    const to = row * columns;
    for (let k = 0; k < kernel.length; k++) {
      const from = (row + k) * columns;
      const weight = kernel[k];
      for (let column = 0; column < columns; column++) {
        result[to + column] += weight * matrix[from + column];
      }
    }
  }
  return result;
}

/** The number and the standard deviation of the finite `values` whose partner is finite too. */
function spread(
  values: Float32Array | Float64Array,
  partners: Float32Array | Float64Array,
): { count: number; deviation: number } {
  let count = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    if (!(Number.isFinite(values[i]) && Number.isFinite(partners[i]))) continue;
    count++;
    sum += values[i];
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    if (!(Number.isFinite(values[i]) && Number.isFinite(partners[i]))) continue;
    squares += (values[i] - mean) ** 2;
  }
  return { count, deviation: Math.sqrt(squares / (count - 1)) };
}

function scott(name: string, deviation: number, count: number, dimension: number): number {
  if (!(deviation > 0)) {
    throw new RangeError(
      `${name}: Scott's rule needs two distinct finite values, give a bandwidth instead`,
    );
  }
  return scottBandwidth(deviation, count, dimension);
}

/**
 * Scott's rule for so many values (Scott, 1992, "Multivariate density estimation", section 6.3): the
 * standard deviation times n^(-1/(dimensions + 4)).
 */
export function scottBandwidth(deviation: number, count: number, dimensions: number): number {
  return deviation * count ** (-1 / (dimensions + 4));
}

function requireFinite(name: string, count: number, length: number): void {
  if (count === 0) throw new RangeError(`${name}: none of the ${length} values is finite`);
}

function requireGrid(name: string, { min, max, points }: UniformGrid): void {
  if (!(Number.isFinite(min) && Number.isFinite(max) && min < max)) {
    throw new RangeError(`${name} reaches from ${min} to ${max}, must be finite with min < max`);
  }
  if (!(Number.isInteger(points) && points >= 2)) {
    throw new RangeError(`${name} has ${points} points, must be an integer of at least 2`);
  }
}

function nodes({ min, max, points }: UniformGrid): Float64Array {
  const last = points - 1;
  return Float64Array.from({ length: points }, (_, i) => (min * (last - i) + max * i) / last);
}

function scaled(values: Float64Array, factor: number): Float64Array {
  return values.map((value) => value * factor);
}
