/** Nodes in increasing order, with their weights. */
export interface QuadratureRule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Gauss-Legendre: the integral over [-1, 1], exact for polynomials of degree 2 count - 1. */
export function gaussLegendre(count: number): QuadratureRule {
  return symmetricGaussRule(count, 2, (k) => k / Math.sqrt(4 * k * k - 1));
}

/** Gauss-Hermite for E f(Z), Z ~ N(0, 1): exact for polynomials of degree 2 count - 1. */
export function gaussHermite(count: number): QuadratureRule {
  const rule = hermiteRules.get(count) ?? symmetricGaussRule(count, 1, Math.sqrt);
  hermiteRules.set(count, rule);
  return rule;
}

/** The rules that were asked for, by their number of nodes, of which few are in use. */
const hermiteRules = new Map<number, QuadratureRule>();

/**
 * The Gauss rule of an even weight function of this mass, whose orthonormal polynomials obey
 * x p_k = b(k+1) p_{k+1} + b(k) p_{k-1}. The nodes are the eigenvalues of the Jacobi matrix, each
 * by bisection on Sturm counts; the weights are Christoffel numbers, a sum of squares, and so
 * keep their relative accuracy however small they are.
 */
function symmetricGaussRule(count: number, mass: number, b: (k: number) => number): QuadratureRule {
  const offDiagonal = Float64Array.from({ length: count + 1 }, (_, k) => (k === 0 ? 0 : b(k)));
  const radius = 2 * Math.max(...offDiagonal);
  const nodes = new Float64Array(count);
  for (let i = Math.ceil(count / 2); i < count; i++) {
    nodes[i] = bisect(0, radius, (x) => nodesBelow(x, count, offDiagonal) <= i);
    nodes[count - 1 - i] = -nodes[i];
  }
  return { nodes, weights: nodes.map((x) => christoffelNumber(x, count, mass, offDiagonal)) };
}

/** How many eigenvalues of the Jacobi matrix lie below x: the negative pivots of J - x I. */
function nodesBelow(x: number, count: number, offDiagonal: Float64Array): number {
  let below = 0;
  let pivot = 1;
  for (let k = 0; k < count; k++) {
    pivot = -x - offDiagonal[k] ** 2 / pivot;
    if (pivot === 0) pivot = Number.EPSILON;
    if (pivot < 0) below++;
  }
  return below;
}

function christoffelNumber(
  x: number,
  count: number,
  mass: number,
  offDiagonal: Float64Array,
): number {
  let previous = 0;
  let current = 1 / Math.sqrt(mass);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum += current * current;
    const next = (x * current - offDiagonal[k] * previous) / offDiagonal[k + 1];
    previous = current;
    current = next;
  }
  return 1 / sum;
}

/** The point of [low, high] where `isLeft` turns false, to the last bit. */
function bisect(low: number, high: number, isLeft: (x: number) => boolean): number {
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (isLeft(middle)) low = middle;
    else high = middle;
  }
}

const panelRule = gaussLegendre(16);

/** Only rounding noise in f, next to a pole, ever asks for more. */
const maxPanels = 10_000;

/**
 * The integral of a smooth f over [from, to] by Gauss-Legendre with 16 nodes, on panels halved
 * until their halves agree with the whole to `tolerance`, relative to the size of the integral.
 */
export function integrate(
  f: (t: number) => number,
  from: number,
  to: number,
  tolerance = 1e-14,
): number {
  const absolute = tolerance * panel((t) => Math.abs(f(t)), from, to);
  let panels = 1;
  const refine = (left: number, right: number, whole: number): number => {
    const middle = (left + right) / 2;
    const halves = [panel(f, left, middle), panel(f, middle, right)] as const;
    const sum = halves[0] + halves[1];
    panels += 1;
    // What is NaN is no nearer on smaller panels.
    if (!(Math.abs(sum - whole) > absolute) || panels >= maxPanels) return sum;
    return refine(left, middle, halves[0]) + refine(middle, right, halves[1]);
  };
  return refine(from, to, panel(f, from, to));
}

function panel(f: (t: number) => number, from: number, to: number): number {
  const centre = (from + to) / 2;
  const half = (to - from) / 2;
  let sum = 0;
  for (let i = 0; i < panelRule.nodes.length; i++) {
    sum += panelRule.weights[i] * f(centre + half * panelRule.nodes[i]);
  }
  return half * sum;
}
