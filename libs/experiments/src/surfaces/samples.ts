import type { Run } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import { smoothActivations, type SurfacesSettings } from './settings.ts';
import type { SurfacesTable } from './table.ts';

/** An input z, by the indices of its coordinates. */
export type GridPoint = readonly [number, number];

/** What the report reads of the draws with an activation. */
export interface SurfaceSample {
  readonly activation: string;
  /** The values of either coordinate of z. */
  readonly inputs: Float64Array;
  /** At each compared point, the values of the draws that stayed finite. */
  readonly values: readonly Float64Array[];
  /** The first draws whole: points x points, the value at (inputs[i], inputs[j]) at i points + j. */
  readonly surfaces: readonly Float32Array[];
  /** How many draws left the finite numbers. */
  readonly lost: number;
}

/** The middle, the middles of two sides, and two corners of the square of inputs. */
export function comparedPoints({ points }: SurfacesSettings): GridPoint[] {
  const [middle, last] = [Math.floor((points - 1) / 2), points - 1];
  return [
    [middle, middle],
    [last, middle],
    [middle, last],
    [last, last],
    [0, last],
  ];
}

export async function readSamples(
  settings: SurfacesSettings,
  run: Pick<Run, 'batches'>,
): Promise<SurfaceSample[]> {
  const { points, draws, shown } = settings;
  const square = points ** 2;
  const places = comparedPoints(settings).map(([i, j]) => i * points + j);
  const read = new Map(
    settings.activations.map((activation) => [
      smoothActivations.indexOf(activation),
      {
        inputs: new Float64Array(points),
        values: places.map(() => new Float64Array(draws)),
        surfaces: Array.from({ length: shown }, () => new Float32Array(square)),
      },
    ]),
  );
  // Rows are ordered by draw, z1 and z2 within their activation.
  const rowsRead = new Map<number, number>();
  for await (const { rows, columns } of run.batches() as AsyncIterable<Batch<SurfacesTable>>) {
    for (let row = 0; row < rows; row++) {
      const activation = columns.activation[row];
      const { inputs, values, surfaces } = read.get(activation)!;
      const position = rowsRead.get(activation) ?? 0;
      rowsRead.set(activation, position + 1);
      const [draw, place] = [columns.draw[row], position % square];
      if (draw < shown) surfaces[draw][place] = columns.value[row];
      if (draw === 0 && place < points) inputs[place] = columns.z2[row];
      const compared = places.indexOf(place);
      if (compared >= 0) values[compared][draw] = columns.value[row];
    }
  }
  return settings.activations.map((activation) => {
    const { inputs, values, surfaces } = read.get(smoothActivations.indexOf(activation))!;
    const finite = values.map((column) => column.filter(Number.isFinite));
    return { activation, inputs, values: finite, surfaces, lost: draws - finite[0].length };
  });
}
