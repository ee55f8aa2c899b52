import type { Run } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import { kernelPairs } from './pairs.ts';
import type { NtkSettings } from './settings.ts';
import type { NtkTable, Part } from './table.ts';

/** The kernels of one size, without the draws that left the finite numbers. */
export interface NtkSamples {
  readonly size: number;
  /** Of each pair of inputs (`kernelPairs`), a number a draw. */
  readonly pairs: readonly Readonly<Record<Part, Float64Array>>[];
  readonly diverged: number;
}

/** Reads the kernels of every size out of the merged table. */
export async function readNtkSamples(
  { size: sizes, inputs, draws }: NtkSettings,
  { batches }: Pick<Run, 'batches'>,
): Promise<NtkSamples[]> {
  const pairs = kernelPairs(inputs.length);
  const place = new Map(pairs.map(([i, j], pair) => [`${inputs[i]} ${inputs[j]}`, pair]));
  const all = new Map(
    sizes.map((size) => [
      size,
      pairs.map(() => ({
        weights: new Float64Array(draws).fill(NaN),
        biases: new Float64Array(draws).fill(NaN),
      })),
    ]),
  );
  for await (const batch of batches()) {
    const { rows, columns } = batch as Batch<NtkTable>;
    for (let row = 0; row < rows; row++) {
      const pair = place.get(`${columns.z[row]} ${columns.otherZ[row]}`)!;
      const { weights, biases } = all.get(columns.size[row])![pair];
      weights[columns.draw[row]] = columns.weights[row];
      biases[columns.draw[row]] = columns.biases[row];
    }
  }
  return sizes.map((size) => {
    const found = all.get(size)!;
    const kept = (_: number, draw: number) =>
      found.every(({ weights, biases }) => Number.isFinite(weights[draw] + biases[draw]));
    const finite = found.map(({ weights, biases }) => ({
      weights: weights.filter(kept),
      biases: biases.filter(kept),
    }));
    return { size, pairs: finite, diverged: draws - finite[0].weights.length };
  });
}
