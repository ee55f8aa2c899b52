import type { ForwardPass, Scales, Tensors } from './forward.ts';
import type { GemmOptions, Graph, Value } from './graph.ts';

/**
 * Emits factor times the gradient with respect to a parameter (not its stored tensor), added onto
 * something where that is given.
 */
export type Accumulate = (factor: number, onto?: Value) => Value;

export interface BackwardInputs {
  readonly scales: Scales;
  readonly tensors: Tensors;
  readonly forward: ForwardPass;
  /** rows x inputs. */
  readonly images: Value;
  /** dLoss/dy, rows x outputs. */
  readonly slope: Value;
  /** rows x 1, of ones. */
  readonly ones: Value;
}

/**
 * Back-propagation: from dx_L = G^T dy^T on, dz_l = dx_{l+1} phi'(z_l) and
 * dx_l = dx_{l+1} + W_l^T dz_l; the gradients are dz_l x_l^T, dz_l 1, dy^T x_L^T and dx_0 z.
 *
 * @returns for each tensor what adds its gradient to another. Nothing of that is emitted yet, so
 *   tensors that are not trained cost nothing.
 */
export function backward(
  g: Graph,
  { scales, tensors, forward, images, slope, ones }: BackwardInputs,
): Readonly<Record<string, Accumulate>> {
  const { states, branches } = forward;
  const depth = branches.length;
  const gradients: Record<string, Accumulate> = {
    G: product(g, slope, states[depth], { transA: true, transB: true }),
  };
  const weights = weightsOf(g, ones);
  let dx = g.gemm(tensors.G, slope, { alpha: scales.G, transA: true, transB: true });
  for (let layer = depth - 1; layer >= 0; layer--) {
    const [W, b] = [`W.${layer}`, `b.${layer}`];
    const derivative = branches[layer].slope?.();
    const dz = derivative ? g.multiply(dx, derivative) : dx;
    gradients[W] = product(g, dz, states[layer], { transB: true });
    gradients[b] = (factor, onto) => g.gemm(dz, weights(factor), onto && { add: onto });
    dx = g.gemm(tensors[W], dz, { alpha: scales[W], add: dx, transA: true });
  }
  gradients.A = product(g, dx, images);
  return gradients;
}

function product(g: Graph, a: Value, b: Value, transposed: GemmOptions = {}): Accumulate {
  return (alpha, onto) => g.gemm(a, b, { ...transposed, alpha, ...(onto && { add: onto }) });
}

/**
 * A factor times `ones`, emitted once. A product with a column is fast in ONNX Runtime only where its
 * alpha is 1, so the factor of a sum over images goes into the column.
 */
function weightsOf(g: Graph, ones: Value): (factor: number) => Value {
  const known = new Map<number, Value>();
  return (factor) => {
    const weights = known.get(factor) ?? g.multiply(ones, g.scalar(factor));
    known.set(factor, weights);
    return weights;
  };
}
