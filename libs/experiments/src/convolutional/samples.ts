import type { Run } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import { casesOf, inputsOf, processes, type Case, type ConvolutionalSettings } from './settings.ts';
import type { SitesTable } from './table.ts';

export const statistics = ['mean', 'square', 'centreProduct'] as const;
export type Statistic = (typeof statistics)[number];

/** The draws of a case that stayed finite: each statistic by site, then by draw. */
export interface CaseSample extends Case {
  readonly values: Readonly<Record<Statistic, readonly Float64Array[]>>;
  /** How many draws left the finite numbers. */
  readonly lost: number;
}

export async function readSamples(
  settings: ConvolutionalSettings,
  run: Pick<Run, 'batches'>,
): Promise<CaseSample[]> {
  const { draws, rows: height, columns: breadth } = settings;
  const sites = inputsOf(settings).length;
  const empty = () => Array.from({ length: sites }, () => new Float64Array(draws));
  const read = casesOf(settings).map((own) => ({
    own,
    values: { mean: empty(), square: empty(), centreProduct: empty() },
  }));
  const caseAt = new Map(read.map((each) => [`${each.own.process} ${each.own.size}`, each.values]));
  for await (const { rows, columns } of run.batches() as AsyncIterable<Batch<SitesTable>>) {
    for (let row = 0; row < rows; row++) {
      const values = caseAt.get(`${processes[columns.process[row]]} ${columns.size[row]}`)!;
      const site = (columns.image[row] * height + columns.row[row]) * breadth + columns.column[row];
      for (const name of statistics) values[name][site][columns.draw[row]] = columns[name][row];
    }
  }
  return read.map(({ own, values }) => finiteDraws(own, values));
}

function finiteDraws(own: Case, values: Record<Statistic, Float64Array[]>): CaseSample {
  const isFinite = values.square[0].map((value) => (Number.isFinite(value) ? 1 : 0));
  const lost = isFinite.filter((finite) => finite === 0).length;
  if (lost === 0) return { ...own, values, lost };
  const kept = (all: Float64Array[]) => all.map((each) => each.filter((_, i) => isFinite[i] === 1));
  const { mean, square, centreProduct } = values;
  return {
    ...own,
    values: { mean: kept(mean), square: kept(square), centreProduct: kept(centreProduct) },
    lost,
  };
}
