import { normals } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { smallModel } from '../test/problem.ts';
import { referenceScales } from '../test/reference.ts';
import { initialParameters } from './initial-parameters.ts';
import { parameterTensors } from './parameters.ts';

const model = smallModel({ network: { depth: 2 } });
const repetition = { key: [7, 8], repetition: 9 } as const;

describe('parameterTensors', () => {
  it('are those of the network, in the order of its layers', () => {
    const { A, W, b, G } = referenceScales(model.network);
    expect(parameterTensors({ ...model, trains: { input: false, output: true } })).toEqual([
      { name: 'A', shape: [5, 7], scale: A, trained: false },
      { name: 'W.0', shape: [5, 5], scale: expect.closeTo(W, 14) as number, trained: true },
      { name: 'b.0', shape: [5], scale: expect.closeTo(b, 14) as number, trained: true },
      { name: 'W.1', shape: [5, 5], scale: expect.closeTo(W, 14) as number, trained: true },
      { name: 'b.1', shape: [5], scale: expect.closeTo(b, 14) as number, trained: true },
      { name: 'G', shape: [3, 5], scale: expect.closeTo(G, 14) as number, trained: true },
    ]);
  });
});

describe('initialParameters', () => {
  it('are the normals of stream 5: draw the repetition, layer the tensor', () => {
    const parameters = initialParameters(model, repetition);
    expect(Object.entries(parameters).map(([name, { length }]) => [name, length])).toEqual([
      ['A', 35],
      ['W.0', 25],
      ['b.0', 5],
      ['W.1', 25],
      ['b.1', 5],
      ['G', 15],
    ]);
    Object.values(parameters).forEach((tensor, layer) => {
      const z = normals({ key: [7, 8], stream: 5, draw: 9, layer }, tensor.length);
      expect(tensor).toEqual(Float32Array.from(z));
    });
  });

  it('are the same whichever layers are trained, others for another repetition', () => {
    const parameters = initialParameters(model, repetition);
    const frozen = { ...model, trains: { input: false, output: false } };
    expect(initialParameters(frozen, repetition)).toEqual(parameters);
    const another = initialParameters(model, { ...repetition, repetition: 10 });
    expect(another.A[0]).not.toBe(parameters.A[0]);
  });
});
