import type { Run } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import { models, type Model } from './models.ts';
import { pairCount, type CorrelationsSettings } from './settings.ts';
import type { ProductsTable } from './table.ts';

/** Averages over coordinates of the draws of a model that stayed finite, draw by draw. */
export interface ModelSample {
  readonly model: Model;
  /** For each input. */
  readonly means: readonly Float64Array[];
  /** For each pair of inputs i <= j, at `pairIndex`. */
  readonly products: readonly Float64Array[];
  /** How many draws left the finite numbers. */
  readonly lost: number;
}

/** Where the pair of inputs i <= j stands among the pairs of so many inputs. */
export function pairIndex(points: number, i: number, j: number): number {
  return i * points - (i * (i - 1)) / 2 + (j - i);
}

export async function readSamples(
  settings: CorrelationsSettings,
  run: Pick<Run, 'batches'>,
): Promise<ModelSample[]> {
  const { points, draws } = settings;
  const empty = (count: number) => Array.from({ length: count }, () => new Float64Array(draws));
  const read = new Map(
    settings.models.map((model) => [
      models.indexOf(model),
      { means: empty(points), products: empty(pairCount(settings)) },
    ]),
  );
  for await (const { rows, columns } of run.batches() as AsyncIterable<Batch<ProductsTable>>) {
    for (let row = 0; row < rows; row++) {
      const { means, products } = read.get(columns.model[row])!;
      const [i, j, draw] = [columns.input[row], columns.otherInput[row], columns.draw[row]];
      products[pairIndex(points, i, j)][draw] = columns.product[row];
      if (i === j) means[i][draw] = columns.mean[row];
    }
  }
  return settings.models.map((model) => finiteDraws(model, read.get(models.indexOf(model))!));
}

/** Without the draws that have an average which is not finite. */
function finiteDraws(
  model: Model,
  { means, products }: Pick<ModelSample, 'means' | 'products'>,
): ModelSample {
  const draws = products[0].length;
  const isFinite = Array.from({ length: draws }, (_, draw) =>
    products.every((product) => Number.isFinite(product[draw])),
  );
  const lost = isFinite.filter((finite) => !finite).length;
  const kept = (values: Float64Array) => values.filter((_, draw) => isFinite[draw]);
  if (lost === 0) return { model, means, products, lost };
  return { model, means: means.map(kept), products: products.map(kept), lost };
}
