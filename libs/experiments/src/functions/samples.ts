import { activationNames } from '@resdiff/networks';
import type { Run } from '@resdiff/runtime';
import type { FunctionMethod } from '@resdiff/sampler';
import type { Batch } from '@resdiff/tables';
import { networksOf, type FunctionNetwork } from './networks.ts';
import type { FunctionsSettings } from './settings.ts';
import type { FunctionsNotes, FunctionsTask } from './shards.ts';
import { grids, type FunctionsTable } from './table.ts';

/** The draws of one network. */
export interface FunctionSamples {
  readonly network: FunctionNetwork;
  /** For each input of the table, the values of the draws that stayed finite, in their order. */
  readonly values: readonly Float32Array[];
  /** The first draws as whole functions; NaN throughout where one left the finite numbers. */
  readonly curves: readonly Float32Array[];
  readonly method: FunctionMethod;
  /** How many draws left the finite numbers. */
  readonly diverged: number;
}

/** Reads the samples of every network out of the merged table. */
export async function readFunctions(
  settings: FunctionsSettings,
  { batches, notes }: Pick<Run, 'batches' | 'notes'>,
): Promise<FunctionSamples[]> {
  const { draws, curves, tablePoints, points, interval } = settings;
  const [from, to] = interval;
  const indexOf = (z: number, count: number) =>
    Math.round(((z - from) / (to - from)) * (count - 1));
  const networks = networksOf(settings);
  const found = new Map(
    networks.map((network) => [
      nameOf(network.activation.name, network.depth, network.width),
      {
        values: Array.from({ length: tablePoints }, () => new Float32Array(draws)),
        curves: Array.from({ length: Math.min(curves, draws) }, () => new Float32Array(points)),
      },
    ]),
  );
  const onCurve = grids.indexOf('curve');
  for await (const batch of batches()) {
    const { rows, columns } = batch as Batch<FunctionsTable>;
    const { activation, depth, width, draw, grid, z, value } = columns;
    for (let row = 0; row < rows; row++) {
      const own = found.get(nameOf(activationNames[activation[row]], depth[row], width[row]))!;
      if (grid[row] === onCurve) own.curves[draw[row]][indexOf(z[row], points)] = value[row];
      else own.values[indexOf(z[row], tablePoints)][draw[row]] = value[row];
    }
  }
  return networks.map((network) => {
    const name = nameOf(network.activation.name, network.depth, network.width);
    const own = notes.filter(({ task }) => {
      const { activation, depth, width } = task as FunctionsTask;
      return nameOf(activation, depth, width) === name;
    });
    const { values, curves } = found.get(name)!;
    const all = own.map(({ notes }) => notes as FunctionsNotes);
    const diverged = all
      .flatMap(({ diverged }) => Object.values(diverged))
      .reduce((sum, count) => sum + count, 0);
    return {
      network,
      values: diverged === 0 ? values : values.map((column) => column.filter(Number.isFinite)),
      curves,
      method: all[0].method,
      diverged,
    };
  });
}

function nameOf(activation: string, depth: number, width: number): string {
  return `${activation} ${depth} ${width}`;
}
