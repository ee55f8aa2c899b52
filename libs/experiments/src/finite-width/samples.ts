import type { Run } from '@resdiff/runtime';
import { isNullableColumn, valueAt, type Batch } from '@resdiff/tables';
import {
  keptLayers,
  networksOf,
  processes,
  type FiniteWidthSettings,
  type Process,
} from './settings.ts';
import type { TrajectoriesTable } from './table.ts';

const measures = ['active', 'norm', 'logFeatureNorm', 'mean', 'y', 'relativeStep'] as const;
type Measure = (typeof measures)[number];

/**
 * The draws of one network that stayed finite: for each layer kept, a number a draw. `y` of relu and
 * `relativeStep` at layer 0 are NaN: there are none.
 */
export interface NetworkSamples extends Readonly<Record<Measure, readonly Float32Array[]>> {
  readonly process: Process;
  readonly width: number;
  /** How many draws are left. */
  readonly count: number;
  /** How many left the finite numbers. */
  readonly lost: number;
}

export async function readSamples(
  settings: FiniteWidthSettings,
  run: Pick<Run, 'batches'>,
): Promise<NetworkSamples[]> {
  const layers = keptLayers(settings);
  const place = new Map(layers.map((layer, i) => [layer, i]));
  const found = networksOf(settings).map(({ process, width }) => ({
    process,
    width,
    columns: Object.fromEntries(
      measures.map((measure) => [measure, layers.map(() => new Float32Array(settings.draws))]),
    ) as Record<Measure, Float32Array[]>,
  }));
  const nameOf = (process: number, width: number) => `${process} ${width}`;
  const byName = new Map(
    found.map((each) => [nameOf(processes.indexOf(each.process), each.width), each.columns]),
  );
  for await (const batch of run.batches()) {
    const { rows, columns } = batch as Batch<TrajectoriesTable>;
    for (let row = 0; row < rows; row++) {
      const own = byName.get(nameOf(columns.process[row], columns.width[row]))!;
      const at = place.get(columns.layer[row])!;
      const draw = columns.draw[row];
      for (const measure of measures) {
        const column = columns[measure];
        own[measure][at][draw] = isNullableColumn(column)
          ? (valueAt(column, row) ?? NaN)
          : column[row];
      }
    }
  }
  return found.map(({ process, width, columns }) => {
    const finite = columns.logFeatureNorm.at(-1)!.map((value) => (Number.isFinite(value) ? 1 : 0));
    const count = finite.reduce((sum, each) => sum + each, 0);
    const kept = (column: Float32Array) =>
      count === column.length ? column : column.filter((_, draw) => finite[draw] === 1);
    const of = (measure: Measure) => columns[measure].map(kept);
    return {
      process,
      width,
      count,
      lost: settings.draws - count,
      active: of('active'),
      norm: of('norm'),
      logFeatureNorm: of('logFeatureNorm'),
      mean: of('mean'),
      y: of('y'),
      relativeStep: of('relativeStep'),
    };
  });
}

/** log |psi(X_t)| / |psi(X_0)| of every draw, at one of the layers kept. */
export function logGrowth({ logFeatureNorm }: NetworkSamples, at: number): Float64Array {
  return Float64Array.from(logFeatureNorm[at], (value, draw) => value - logFeatureNorm[0][draw]);
}

/** (1/n)(#active/2 - 1), by which log |psi(X_t)| of a ReLU network grows in the mean, of every draw. */
export function logNormDrift({ active, width }: NetworkSamples, at: number): Float64Array {
  return Float64Array.from(active[at], (count) => (count / 2 - 1) / width);
}
