import type { Adam } from '../../optimizer.ts';
import type { Graph, Value } from './graph.ts';

/** A parameter tensor with Adam's running averages of its gradient. */
export interface AdamTensor {
  readonly parameter: Value;
  readonly first: Value;
  readonly second: Value;
}

/** The factors of a step that change from one to the next; scalars in the graph. */
export interface AdamFactors<Scalar> {
  readonly rate: Scalar;
  readonly epsilon: Scalar;
}

/**
 * One step of Adam (Kingma & Ba, 2015, Algorithm 1), number by number. Each of the three tensors is
 * read once, and its successor depends on what was read, so it may take the place of the old one.
 */
export function adamStep(
  g: Graph,
  { beta1, beta2 }: Adam,
  { parameter, first, second }: AdamTensor,
  gradient: Value,
  { rate, epsilon }: AdamFactors<Value>,
): AdamTensor {
  const average = (beta: number, old: Value, latest: Value) =>
    g.add(g.multiply(g.scalar(beta), old), g.multiply(g.scalar(1 - beta), latest));
  const m = average(beta1, first, gradient);
  const v = average(beta2, second, g.multiply(gradient, gradient));
  const direction = g.divide(m, g.add(g.apply('Sqrt', v), epsilon));
  return {
    parameter: g.subtract(parameter, g.multiply(rate, direction)),
    first: m,
    second: v,
  };
}

/**
 * The factors of step t = 1, 2, ... With c = (1 - beta2^t)^0.5, the step
 * rate / (1 - beta1^t) m / (v^0.5 / c + epsilon) of Algorithm 1 is
 * rate c / (1 - beta1^t) m / (v^0.5 + epsilon c).
 */
export function adamFactors(
  { beta1, beta2, epsilon }: Adam,
  rate: number,
  t: number,
): AdamFactors<number> {
  const correction = Math.sqrt(1 - beta2 ** t);
  return { rate: (rate * correction) / (1 - beta1 ** t), epsilon: epsilon * correction };
}
