import { copiedInput, type ResidualNetwork } from '@resdiff/networks';
import { collapsedSampler } from '@resdiff/sampler';
import type { Key } from '@resdiff/random';

/** Where in the depth the rank is looked at. */
const AT = [1 / 8, 3 / 8, 5 / 8, 7 / 8];

/**
 * The mean rank, over the layers of a draw, of the covariance of preactivations at these inputs.
 *
 * @param tolerance what is left of a diagonal element below this part of it counts as zero.
 */
export function meanRank(
  module: WebAssembly.Module,
  { network, inputs, key, stream }: RankedDraw,
  tolerance: number,
): number {
  const { width, depth, T, sigmaW, sigmaB } = network;
  const ranks = AT.map((part) => {
    const layers = Math.max(1, Math.round(part * depth));
    const sampler = collapsedSampler(module, {
      network: { ...network, depth: layers, T: (T * layers) / depth },
      increment: 'recursion',
      initial: inputs.map((z) => copiedInput(z, width)),
      keep: width,
      key,
      stream,
    });
    const { states } = sampler.draw(0);
    const rows = inputs.map((_, i) => [
      ...Array.from(
        states.subarray(i * width, (i + 1) * width),
        (x) => (sigmaW * x) / width ** 0.5,
      ),
      sigmaB,
    ]);
    return rankOf(rows, tolerance);
  });
  return ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
}

export interface RankedDraw {
  readonly network: ResidualNetwork;
  readonly inputs: readonly number[];
  readonly key: Key;
  readonly stream: number;
}

/** The rank of some vectors, whose squared lengths are known to `tolerance`, by pivoted Gram-Schmidt. */
export function rankOf(vectors: readonly (readonly number[])[], tolerance: number): number {
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i], 0);
  const least = vectors.map((vector) => tolerance * dot(vector, vector));
  let rests = [...vectors];
  for (let rank = 0; ; rank++) {
    const left = rests.map((rest, i) => Math.max(0, dot(rest, rest) - least[i]));
    const most = Math.max(0, ...left);
    if (most === 0) return rank;
    const pivot = rests[left.indexOf(most)];
    const square = dot(pivot, pivot);
    rests = rests.map((rest) => {
      const part = dot(rest, pivot) / square;
      return rest.map((value, i) => value - part * pivot[i]);
    });
  }
}
