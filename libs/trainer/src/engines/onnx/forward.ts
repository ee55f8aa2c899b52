import type { CompletedNetwork } from '@resdiff/networks';
import { onnxActivation, type ActivationValues } from './activations.ts';
import type { Graph, Value } from './graph.ts';

/** Parameter tensors by the names of `parameterTensors`; biases as columns, width x 1. */
export type Tensors = Readonly<Record<string, Value>>;

/** The factors s by which a network applies its tensors, by the names of `parameterTensors`. */
export type Scales = Readonly<Record<string, number>>;

export interface ForwardPass {
  /** x_0 ... x_L, width x rows each. */
  readonly states: readonly Value[];
  /** The residual branches phi(W x + b) of the layers. */
  readonly branches: readonly ActivationValues[];
  /** y, rows x outputs. */
  readonly outputs: Value;
}

/**
 * The completed network x_0 = A z, x_{l+1} = x_l + phi(W_l x_l + b_l), y = G x_L, where each
 * parameter is its scale times its tensor. States have an image a column: then few products need a
 * transposed factor.
 *
 * @param images rows x inputs.
 */
export function forward(
  g: Graph,
  network: Pick<CompletedNetwork, 'depth' | 'activation'>,
  scales: Scales,
  tensors: Tensors,
  images: Value,
): ForwardPass {
  const activation = onnxActivation(network.activation);
  const states = [g.gemm(tensors.A, images, { alpha: scales.A, transB: true })];
  const branches: ActivationValues[] = [];
  for (let layer = 0; layer < network.depth; layer++) {
    const [W, b] = [`W.${layer}`, `b.${layer}`];
    const x = states[layer];
    const z = g.gemm(tensors[W], x, { alpha: scales[W], add: tensors[b], beta: scales[b] });
    const branch = activation(g, z);
    branches.push(branch);
    states.push(g.add(x, branch.h));
  }
  const outputs = g.gemm(states[network.depth], tensors.G, {
    alpha: scales.G,
    transA: true,
    transB: true,
  });
  return { states, branches, outputs };
}
