import type { Model, ParameterTensor } from '../../model.ts';
import { backward, type Accumulate } from './backward.ts';
import { forward, type Scales, type Tensors } from './forward.ts';
import type { Graph, Value } from './graph.ts';
import { lossSum } from './loss.ts';

/** The names under which a graph takes and gives what belongs to a parameter tensor. */
export const named = {
  first: (name: string) => `first.${name}`,
  second: (name: string) => `second.${name}`,
  gradient: (name: string) => `gradient.${name}`,
  next: (name: string) => `next.${name}`,
};

/** The same values under other names. */
export function mapNames<T>(
  values: Readonly<Record<string, T>>,
  rename: (name: string) => string,
): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [rename(name), value]));
}

/** A tensor as matrix: biases are columns, so that they add to states with an image a column. */
export function matrixShape({ shape }: ParameterTensor): readonly number[] {
  return shape.length === 1 ? [shape[0], 1] : shape;
}

export interface TrainingSetInputs {
  readonly images: Value;
  readonly targets: Value;
  readonly offsets: Value;
  readonly slopeFactor: Value;
  readonly ones: Value;
}

export function trainingSetInputs(g: Graph, { network }: Model, count: number): TrainingSetInputs {
  const { inputs, outputs } = network;
  return {
    images: g.input('images', [count, inputs]),
    targets: g.input('targets', [count, outputs]),
    offsets: g.input('offsets', [count, outputs]),
    slopeFactor: g.input('slopeFactor', []),
    ones: g.input('ones', ['ones', 1]),
  };
}

/** The loss of `rows` of the training set, summed, and its gradients times `slopeFactor`. */
export function lossAndGradients(
  g: Graph,
  { network, loss }: Model,
  parameters: readonly ParameterTensor[],
  tensors: Tensors,
  set: TrainingSetInputs,
  rows: Value,
): { loss: Value; gradients: Readonly<Record<string, Accumulate>> } {
  const scales = scalesOf(parameters);
  const images = g.gather(set.images, rows);
  const pass = forward(g, network, scales, tensors, images);
  const y = g.subtract(pass.outputs, g.gather(set.offsets, rows));
  const { sum, slope } = lossSum(g, loss, y, g.gather(set.targets, rows));
  const gradients = backward(g, {
    scales,
    tensors,
    forward: pass,
    images,
    slope: g.multiply(set.slopeFactor, slope),
    ones: set.ones,
  });
  return { loss: sum, gradients };
}

export function tensorInputs(g: Graph, tensors: readonly ParameterTensor[]): Tensors {
  return Object.fromEntries(
    tensors.map((tensor) => [tensor.name, g.input(tensor.name, matrixShape(tensor))]),
  );
}

export function scalesOf(tensors: readonly ParameterTensor[]): Scales {
  return Object.fromEntries(tensors.map(({ name, scale }) => [name, scale]));
}
