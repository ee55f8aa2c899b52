import type { Optimizer } from '../../optimizer.ts';
import { adamStep } from './adam.ts';
import { Graph, type Value } from './graph.ts';
import { named } from './program-parts.ts';

/**
 * The update of a tensor by its gradient, both matrices. From `parameter`,
 * `gradient` and `rate`, for Adam also `first`, `second` and `epsilon`: the same with `next`.
 */
export function updateProgram(optimizer: Optimizer): Uint8Array {
  const g = new Graph();
  const matrix = (name: string) => g.input(name, ['rows', 'columns']);
  const parameter = matrix('parameter');
  const gradient = matrix('gradient');
  const rate = g.input('rate', []);
  const give = (name: string, value: Value) =>
    g.output(named.next(name), value, ['rows', 'columns']);
  if (optimizer.kind === 'gradient-descent') {
    give('parameter', g.subtract(parameter, g.multiply(rate, gradient)));
  } else {
    const tensor = { parameter, first: matrix('first'), second: matrix('second') };
    const factors = { rate, epsilon: g.input('epsilon', []) };
    const stepped = adamStep(g, optimizer, tensor, gradient, factors);
    for (const [name, value] of Object.entries(stepped)) give(name, value as Value);
  }
  return g.encode();
}
