import { tanh, type Activation, type ResidualNetwork } from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import type { NetworkDraws } from '../src/sampler.ts';

/** What a test says about its draws; the rest is T = sigmaW = sigmaB = 1, tanh, every coordinate. */
export type DrawsOf = Partial<ResidualNetwork> &
  Partial<Omit<NetworkDraws, 'network' | 'initial'>> &
  Pick<NetworkDraws, 'initial'>;

export function drawsOf(settings: DrawsOf): NetworkDraws {
  const {
    initial,
    increment = 'recursion',
    key = seedKey(20),
    stream,
    keep,
    ...network
  } = settings;
  const width = network.width ?? initial[0].length;
  return {
    network: { width, depth: 10, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh, ...network },
    increment,
    initial,
    key,
    stream: stream ?? (increment === 'recursion' ? streams.resnet : streams.sde),
    keep: keep ?? width,
  };
}

/** N initial states of iid N(0, 1) coordinates: with probability 1 in general position. */
export function generalInputs(count: number, width: number, layer = 0): Float64Array[] {
  const z = normals({ key: [5, 5], stream: 0, draw: 0, layer }, count * width);
  return Array.from({ length: count }, (_, i) => z.slice(i * width, (i + 1) * width));
}

/** The same activation under a name that the kernel does not know, so that it asks the host. */
export function onHost(activation: Activation): Activation {
  return { ...activation, name: `${activation.name} on the host` };
}
