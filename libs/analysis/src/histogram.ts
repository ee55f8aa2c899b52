/** A histogram: bin `i` reaches from `edges[i]` to `edges[i + 1]` and has height `density[i]`. */
export interface Histogram {
  edges: Float64Array;
  density: Float64Array;
}

/**
 * A histogram scaled as a density: the height of a bin is the fraction of all finite values that
 * fall in it, over its width. The areas sum to the fraction within the edges, so that a histogram
 * and a kernel density estimate (`kde1`) of the same values are on one scale even where values
 * fall outside the edges. A bin holds its lower edge, the last bin its upper edge too.
 * Non-finite values are skipped.
 *
 * @param edges Increasing, at least two; bins may differ in width.
 * @throws RangeError when the edges do not increase, or no value is finite.
 */
export function histogram(
  values: Float32Array | Float64Array,
  edges: ArrayLike<number>,
): Histogram {
  const sorted = Float64Array.from(edges);
  requireIncreasing(sorted);
  const bins = sorted.length - 1;
  const first = sorted[0];
  const last = sorted[bins];
  const counts = new Float64Array(bins);
  let finite = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    finite++;
    if (value < first || value > last) continue;
    counts[value === last ? bins - 1 : binOf(value, sorted)]++;
  }
  if (finite === 0) {
    throw new RangeError(`histogram: none of the ${values.length} values is finite`);
  }
  return {
    edges: sorted,
    density: counts.map((count, bin) => count / (finite * (sorted[bin + 1] - sorted[bin]))),
  };
}

/** The `bins + 1` edges of equally wide bins from `min` to `max`, both included exactly. */
export function uniformEdges(min: number, max: number, bins: number): Float64Array {
  if (!(Number.isFinite(min) && Number.isFinite(max) && min < max)) {
    throw new RangeError(`uniformEdges: [${min}, ${max}] must be a finite interval with min < max`);
  }
  if (!(Number.isInteger(bins) && bins >= 1)) {
    throw new RangeError(`uniformEdges: bins is ${bins}, must be a positive integer`);
  }
  return Float64Array.from(
    { length: bins + 1 },
    (_, edge) => (min * (bins - edge) + max * edge) / bins,
  );
}

/** The bin of a value with `edges[0] <= value < edges.at(-1)`, by bisection. */
function binOf(value: number, edges: Float64Array): number {
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

function requireIncreasing(edges: Float64Array): void {
  if (edges.length < 2) {
    throw new RangeError(`histogram: ${edges.length} edges, must be at least 2`);
  }
  for (let i = 0; i < edges.length; i++) {
    const increases = i === 0 || edges[i] > edges[i - 1];
    if (!(Number.isFinite(edges[i]) && increases)) {
      throw new RangeError(
        `histogram: edges[${i}] is ${edges[i]}, edges must be finite and increase` +
          (i === 0 ? '' : ` (edges[${i - 1}] is ${edges[i - 1]})`),
      );
    }
  }
}
