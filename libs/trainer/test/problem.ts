import { normals } from '@resdiff/random';
import { tanh } from '@resdiff/networks';
import type { CompletedNetwork } from '@resdiff/networks';
import type { Model, TrainingSet } from '../src/index.ts';

/** Small numbers N(0, 1) for tests: another sequence for every label. */
export function noise(count: number, label: number): Float32Array {
  return new Float32Array(normals({ key: [20, 26], stream: 99, draw: label, layer: 0 }, count));
}

/** A small network with every scale other than 1 and other than another's. */
export function smallModel({
  network,
  ...model
}: Partial<Omit<Model, 'network'>> & { network?: Partial<CompletedNetwork> } = {}): Model {
  return {
    network: {
      width: 5,
      depth: 3,
      inputs: 7,
      outputs: 3,
      T: 1.5,
      activation: tanh,
      sigmaW: 0.9,
      sigmaB: 0.6,
      sigmaZ: 7 ** -0.5,
      sigmaY: 1.3,
      ...network,
    },
    loss: 'mse',
    gradients: 'reparametrised',
    trains: { input: true, output: true },
    ...model,
  };
}

/** Random images, with random classes for cross-entropy and random numbers for mse. */
export function smallSet({ network, loss }: Model, count: number): TrainingSet {
  const { inputs, outputs } = network;
  const targets = noise(count * outputs, 1);
  if (loss === 'cross-entropy') {
    for (let start = 0; start < targets.length; start += outputs) {
      const row = targets.subarray(start, start + outputs);
      const label = row.indexOf(Math.max(...row));
      row.fill(0)[label] = 1;
    }
  }
  return { count, images: noise(count * inputs, 2), targets };
}

/** Rows that visit a set in jumps, some of them twice. */
export function jumps(length: number, count: number): Int32Array {
  return Int32Array.from({ length }, (_, k) => (k * k + 7 * k + 3) % count);
}
