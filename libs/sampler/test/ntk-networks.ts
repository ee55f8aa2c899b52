import { tanh, type CompletedNetwork } from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import type { CompletedNtkDraw, CompletedNtkDraws, NtkDraw, NtkDraws } from '../src/ntk.ts';

/** What a test says about its draws; the rest is T = sigmaW = sigmaB = 1, tanh. */
export type NtkDrawsOf = Partial<NtkDraws['network']> &
  Partial<Omit<NtkDraws, 'network' | 'initial'>> &
  Pick<NtkDraws, 'initial'>;

export function ntkDrawsOf(settings: NtkDrawsOf): NtkDraws {
  const { initial, key = seedKey(31), stream = streams.ntk, ...network } = settings;
  const { length: width } = initial[0];
  return {
    network: { width, depth: 10, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh, ...network },
    initial,
    key,
    stream,
  };
}

export function completedNtkDrawsOf(
  settings: Partial<Omit<CompletedNetwork, 'inputs'>> &
    Pick<CompletedNtkDraws, 'inputs'> & { stream?: number },
): CompletedNtkDraws {
  const { inputs, stream = streams.ntk, ...network } = settings;
  const base = { width: 6, depth: 5, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh };
  return {
    network: {
      ...base,
      inputs: inputs[0].length,
      outputs: 1,
      sigmaZ: 0.7,
      sigmaY: 1.2,
      ...network,
    },
    inputs,
    key: seedKey(32),
    stream,
  };
}

/** N initial states of iid N(0, 1) coordinates: with probability 1 in general position. */
export function generalStates(count: number, width: number, layer = 0): Float64Array[] {
  const z = normals({ key: [6, 6], stream: 0, draw: 0, layer }, count * width);
  return Array.from({ length: count }, (_, i) => z.slice(i * width, (i + 1) * width));
}

/** The matrices of a draw, by name. */
export const plainParts = ['weights', 'biases', 'gradients'] as const;
export const completedParts = ['input', 'weights', 'biases', 'output'] as const;

/** Every number of a draw: the outputs, then the matrices. */
export function entries(draw: NtkDraw | CompletedNtkDraw): number[] {
  const all: number[] = [];
  for (const part of Object.values(draw) as (Float64Array | number)[]) {
    if (typeof part !== 'number') all.push(...part);
  }
  return all;
}
