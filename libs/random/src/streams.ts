import type { Block, Key } from './philox.ts';

/**
 * The independent streams of random numbers of a run, one for each use: the fourth word of the
 * Philox counter. A number once given stays: it is part of what a seed means.
 */
export const streams = {
  /** The residual recursion, collapsed. */
  resnet: 0,
  /** The Euler scheme of the limiting diffusion, collapsed. */
  sde: 1,
  /** The transition density of the doubly infinite limit. */
  limit: 2,
  /** The residual recursion with its weights materialised. */
  resnetDirect: 3,
  /** The Euler scheme with its Brownian increments materialised. */
  sdeDirect: 4,
  /** The initial parameters of a network that is trained: the draw is the repetition, the layer the tensor. */
  parameters: 5,
  /** The order of a training set: the draw is the repetition, the layer the epoch. */
  shuffle: 6,
  /** The choice of a subset of a data set: the draw is the repetition. */
  subset: 7,
  /** Synthetic digits: the draw is the image. */
  digits: 8,
  /** Feedforward networks, collapsed. */
  feedforward: 10,
  /** Feedforward networks with their weights materialised. */
  feedforwardDirect: 11,
  /** Residual networks with parameters of any law, collapsed. */
  parameterLaw: 12,
  /** The same with the parameters materialised. */
  parameterLawDirect: 13,
  /** The embedding of inputs into the initial states: the draw is that of the network. */
  embedding: 14,
  /** Draws of functions that only find out how many nodes they need. */
  functionPilot: 15,
  /** Tangent kernels, collapsed: a layer's states use its own number, its gradients number 2L - 1 less it. */
  ntk: 20,
  /** Tangent kernels with the weights materialised. */
  ntkDirect: 21,
  /** The increments that a Jacobian, its inverse and their schemes share. */
  jacobian: 22,
} as const;

/** Which numbers: every (seed, stream, draw, layer) has a sequence of its own. */
export interface StreamPosition {
  /** The Philox key of the run's seed. */
  readonly key: Key;
  /** One of `streams`. */
  readonly stream: number;
  /** The index of the draw, in [0, 2^32). */
  readonly draw: number;
  /** The index of the layer, in [0, 2^32). */
  readonly layer: number;
}

/** The Philox counter of block `block` of a stream: (block, layer, draw, stream). */
export function counter(position: StreamPosition, block: number): Block {
  return [block, position.layer, position.draw, position.stream];
}
