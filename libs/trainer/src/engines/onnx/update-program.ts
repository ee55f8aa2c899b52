import type { Optimizer } from '../../optimizer.ts';
import { adamStep } from './adam.ts';
import { Graph, type Value } from './graph.ts';
import { named } from './program-parts.ts';

/**
 * The update of a tensor by its gradient, both as plain lists of numbers. From `parameter`,
 * `gradient` and `rate`, for Adam also `first`, `second` and `epsilon`: the same with `next`.
 */
export function updateProgram(optimizer: Optimizer): Uint8Array {
  const g = new Graph();
  const list = (name: string) => g.input(name, ['numbers']);
  const parameter = list('parameter');
  const gradient = list('gradient');
  const rate = g.input('rate', []);
  const give = (name: string, value: Value) => g.output(named.next(name), value, ['numbers']);
  if (optimizer.kind === 'gradient-descent') {
    give('parameter', g.subtract(parameter, g.multiply(rate, gradient)));
  } else {
    const tensor = { parameter, first: list('first'), second: list('second') };
    const factors = { rate, epsilon: g.input('epsilon', []) };
    const stepped = adamStep(g, optimizer, tensor, gradient, factors);
    for (const [name, value] of Object.entries(stepped)) give(name, value as Value);
  }
  return g.encode();
}
