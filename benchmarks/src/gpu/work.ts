import type { Operations } from './operations.ts';

/**
 * What draws take at least, of tanh networks, as the kernels of libs/sampler go about it. Counted are
 * operations of the field's formulas: conversions, comparisons, selections, sums of whole numbers,
 * padding and what a compiler may add are not, so percentages of a ceiling are never too high.
 */

/**
 * A normal. Four are a block of Philox, of ten rounds with two products each. A pair takes a
 * logarithm (its argument 1, m - 1 and m + 1 2, their quotient 1, a polynomial 5, two terms 2; a
 * reciprocal), a root, and sine and cosine (the angle 1, its square 1, polynomials 4 and 4, three
 * products with the radius).
 */
const NORMAL = { products: 20 / 4, multiplyAdds: (11 + 13) / 2, roots: (1 + 1) / 2 };

/** tanh h = e / (e + 2) with e = expm1(2 h): 1, then 3 for the rest, 4 and 4 for the power, then 2. */
const TANH = { multiplyAdds: 1 + 3 + 4 + 4 + 2, roots: 1 };

const nothing: Operations = { multiplyAdds: 0, products: 0, roots: 0, bytes: 0, kernels: 1 };

/** Normals alone, which are written to memory. */
export function normalsWork(count: number): Operations {
  const { products, multiplyAdds, roots } = NORMAL;
  return {
    ...nothing,
    products: count * products,
    multiplyAdds: count * multiplyAdds,
    roots: count * roots,
    bytes: 4 * count,
  };
}

interface Size {
  readonly width: number;
  readonly depth: number;
}

/**
 * Draws of x_T for two inputs. A coordinate of a layer takes two normals; for the preactivations 3
 * multiply-adds, for X^T X 3, for what is left of the second input without the first 2, and for each
 * input a tanh and the sum with its state.
 */
export function pairWork({ width, depth }: Size, draws: number): Operations {
  const coordinates = draws * width * depth;
  return times(coordinates, 2, 2, 3 + 3 + 2 + 2, 8 * draws);
}

/** Normals drawn by `pairWork` and the others, for tests to hold against those of the sampler. */
export function normalsOf(work: Operations): number {
  return work.products / NORMAL.products;
}

/**
 * Draws of functions at so many nodes of Chebyshev's, with a covariance of this rank. A coordinate of
 * a layer takes `rank` normals; for the preactivations rank x nodes multiply-adds, for the factor 2
 * for each pivot and each node that follows it and 1 for each diagonal element; and for each node a
 * tanh, and a sum in two parts with its state, 7.
 */
export function functionsWork(
  { width, depth }: Size,
  { nodes, rank }: { readonly nodes: number; readonly rank: number },
  draws: number,
): Operations {
  const coordinates = draws * width * depth;
  const factor = 2 * rank * (nodes - (rank + 1) / 2) + nodes;
  return times(coordinates, rank, nodes, rank * nodes + factor + 7 * nodes, 4 * nodes * draws);
}

/**
 * Tangent kernels of two inputs. Forwards a coordinate of a layer takes what `pairWork` counts.
 * Backwards it takes four normals, as Z is drawn again rather than kept; H and tanh again; for each
 * input its state before the layer 1, phi' 1 and V 1; for Q 3, for V^T V 3, Z^T V 4, Q^T E 4, for what
 * is left of V's second column without its first 2; and for the gradients 8 and 2.
 */
export function ntkWork({ width, depth }: Size, draws: number): Operations {
  const coordinates = draws * width * depth;
  const forwards = 3 + 3 + 2 + 2;
  const backwards = 3 + 2 * 3 + 3 + 3 + 4 + 4 + 2 + 8 + 2;
  return times(coordinates, 2 + 4, 2 + 2, forwards + backwards, 4 * 11 * draws);
}

/** Coordinates with so many normals, tanhs and other multiply-adds each. */
function times(
  coordinates: number,
  normals: number,
  activations: number,
  multiplyAdds: number,
  bytes: number,
): Operations {
  const drawn = normalsWork(coordinates * normals);
  return {
    ...drawn,
    multiplyAdds:
      drawn.multiplyAdds + coordinates * (activations * TANH.multiplyAdds + multiplyAdds),
    roots: drawn.roots + coordinates * activations * TANH.roots,
    bytes,
  };
}

const INPUTS = 784;
const OUTPUTS = 10;

/**
 * A step of SGD on a completed network. Counted are the products of matrices: three of batch x size x
 * size a layer (forwards, of the gradients of its weights, and backwards), three at the outputs, two
 * at the inputs. Memory, as if no tensor stayed in a cache from one layer to the next: parameters are
 * read on the way forwards and back and written once, states of a layer written and read once, images
 * read. No layer can begin before the one before it.
 */
export function trainingWork({
  size,
  batch,
}: {
  readonly size: number;
  readonly batch: number;
}): Operations {
  const layer = size * (size + 1);
  const parameters = size * layer + size * (INPUTS + OUTPUTS);
  return {
    ...nothing,
    multiplyAdds: batch * size * (3 * size * size + 3 * OUTPUTS + 2 * INPUTS),
    bytes: 4 * (3 * parameters + 2 * batch * size * size + batch * INPUTS),
    kernels: 2 * (size + 2),
  };
}
