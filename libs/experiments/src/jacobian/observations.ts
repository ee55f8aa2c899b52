import type { Run } from '@resdiff/runtime';
import { valueAt, type Batch } from '@resdiff/tables';
import { processes, snapshotLayers, type JacobianSettings, type Process } from './settings.ts';
import { measures, type JacobianTable, type Measure } from './table.ts';

/**
 * What was observed of a process after a layer: a number for each draw, by measure. Of measures that the
 * process does not have, NaN for each.
 */
export type LayerObservations = { readonly layer: number } & Readonly<
  Record<Measure, Float64Array>
>;

/** A process along the depth; feedforward networks of different scales are told apart. */
export interface Observations {
  readonly process: Process;
  /** Of feedforward networks. */
  readonly scale?: number;
  readonly layers: readonly LayerObservations[];
}

export async function readObservations(
  settings: JacobianSettings,
  { batches }: Pick<Run, 'batches'>,
): Promise<Observations[]> {
  const layers = snapshotLayers(settings);
  const place = new Map(layers.map((layer, i) => [layer, i]));
  const all = settings.processes.flatMap((process): Observations[] => {
    const empty = () =>
      layers.map((layer) => ({ layer, ...emptyMeasures(settings.draws) }) as LayerObservations);
    return process === 'feedforward'
      ? settings.feedforwardScales.map((scale) => ({ process, scale, layers: empty() }))
      : [{ process, layers: empty() }];
  });
  for await (const batch of batches()) {
    const { rows, columns } = batch as Batch<JacobianTable>;
    for (let row = 0; row < rows; row++) {
      const process = processes[columns.process[row]];
      const own = all.find(
        (each) =>
          each.process === process &&
          (each.scale === undefined || each.scale === valueAt(columns.scale, row)),
      )!;
      const layer = own.layers[place.get(columns.layer[row])!];
      for (const measure of measures) {
        layer[measure][columns.draw[row]] = valueAt(columns[measure], row) ?? NaN;
      }
    }
  }
  return all;
}

function emptyMeasures(draws: number) {
  return Object.fromEntries(
    measures.map((measure) => [measure, new Float64Array(draws).fill(NaN)]),
  );
}
