/** The lowest and the highest value of each coordinate. */
export type Box = readonly (readonly [number, number])[];

export type Bound = 'lower' | 'upper';

export interface Maximum {
  readonly x: Float64Array;
  readonly value: number;
  /**
   * For each coordinate the bound that the maximum cannot be told from: moving it there lowers the
   * function by less than `flat`.
   */
  readonly atBound: readonly (Bound | null)[];
  readonly evaluations: number;
  /** False if the evaluations ran out first. */
  readonly converged: boolean;
}

export interface MaximiseOptions {
  /** The sides of the first simplex; 0.5 by default. */
  readonly step?: number | undefined;
  /** The simplex is small enough at this size, in every coordinate; 1e-6 by default. */
  readonly tolerance?: number | undefined;
  /** By default 400. */
  readonly maxEvaluations?: number | undefined;
  /** 1e-6 by default. */
  readonly flat?: number | undefined;
}

/**
 * A local maximum within a box by the simplex method of Nelder & Mead (1965), points outside moved to
 * the nearest inside, started again from where it ends until that no longer helps: a simplex that has
 * collapsed, onto a bound for instance, opens up again. Deterministic.
 *
 * @param f May be -Infinity; a NaN counts as that.
 * @throws {RangeError} if the start lies outside the box or f is -Infinity there.
 */
export function maximise(
  f: (x: Float64Array) => number,
  start: ArrayLike<number>,
  box: Box,
  { step = 0.5, tolerance = 1e-6, maxEvaluations = 400, flat = 1e-6 }: MaximiseOptions = {},
): Maximum {
  requireInside(start, box);
  let evaluations = 0;
  const at = (x: Float64Array): Vertex => {
    evaluations++;
    const value = f(x);
    return { x, value: Number.isNaN(value) ? -Infinity : value };
  };
  const inside = (x: Float64Array) =>
    x.map((value, i) => Math.min(Math.max(value, box[i][0]), box[i][1]));

  let best = at(Float64Array.from(start));
  if (best.value === -Infinity) {
    throw new RangeError(`the function has no value at its start, (${best.x.join(', ')})`);
  }
  let converged = false;
  while (!converged && evaluations < maxEvaluations) {
    const simplex = [best, ...Array.from(best.x, (_, i) => at(stepInto(best.x, i, step, box)))];
    while (evaluations < maxEvaluations && extent(simplex) > tolerance) {
      improve(simplex, (x) => at(inside(x)));
    }
    simplex.sort(descending);
    const gain = simplex[0].value - best.value;
    best = simplex[0];
    converged = extent(simplex) <= tolerance && !(gain > 1e-9 * Math.abs(best.value));
  }

  const atBound = box.map(([lower, upper], i): Bound | null => {
    for (const [name, value] of [
      ['lower', lower],
      ['upper', upper],
    ] as const) {
      if (best.value - at(best.x.with(i, value)).value < flat) return name;
    }
    return null;
  });
  return { ...best, atBound, evaluations, converged };
}

interface Vertex {
  readonly x: Float64Array;
  readonly value: number;
}

const descending = (a: Vertex, b: Vertex) => b.value - a.value;

/** One step: reflect the worst vertex, expand or contract, or shrink all towards the best. */
function improve(simplex: Vertex[], at: (x: Float64Array) => Vertex): void {
  simplex.sort(descending);
  const size = simplex.length;
  const worst = simplex[size - 1];
  const centre = worst.x.map(
    (_, i) => simplex.slice(0, -1).reduce((total, { x }) => total + x[i], 0) / (size - 1),
  );
  const along = (factor: number) =>
    at(centre.map((value, i) => value + factor * (value - worst.x[i])));

  const reflected = along(1);
  if (reflected.value > simplex[0].value) {
    const expanded = along(2);
    simplex[size - 1] = expanded.value > reflected.value ? expanded : reflected;
  } else if (reflected.value > simplex[size - 2].value) {
    simplex[size - 1] = reflected;
  } else {
    const contracted = reflected.value > worst.value ? along(0.5) : along(-0.5);
    if (contracted.value > Math.max(worst.value, reflected.value)) {
      simplex[size - 1] = contracted;
    } else {
      const best = simplex[0].x;
      for (let k = 1; k < size; k++) {
        simplex[k] = at(simplex[k].x.map((value, i) => (value + best[i]) / 2));
      }
    }
  }
}

function extent(simplex: readonly Vertex[]): number {
  const [first, ...others] = simplex;
  return Math.max(
    ...others.flatMap(({ x }) => Array.from(x, (value, i) => Math.abs(value - first.x[i]))),
  );
}

/** A step along a coordinate, back where it would leave the box. */
function stepInto(x: Float64Array, i: number, step: number, box: Box): Float64Array {
  const [lower, upper] = box[i];
  const forward = Math.min(step, (upper - lower) / 2);
  return x.with(i, x[i] + forward <= upper ? x[i] + forward : x[i] - forward);
}

function requireInside(start: ArrayLike<number>, box: Box): void {
  if (start.length !== box.length) {
    throw new RangeError(`${start.length} coordinates and ${box.length} bounds, must be as many`);
  }
  box.forEach(([lower, upper], i) => {
    if (lower < upper && start[i] >= lower && start[i] <= upper) return;
    throw new RangeError(
      `coordinate ${i} starts at ${start[i]}, must be between its bounds ${lower} and ${upper}`,
    );
  });
}
