import type { PartCost } from './experiment.ts';

/** What drawing a case takes, such as a process at a size. */
export interface CaseCost {
  /** D = L. */
  readonly size: number;
  readonly shards: readonly unknown[];
  /** Of a draw. */
  readonly normals: number;
  /** Of a draw, CPU seconds. */
  readonly seconds: number;
}

/** A part for each size: all of its cases together, each drawn so many times. */
export function partsBySize(
  cases: readonly CaseCost[],
  { draws, rowsPerDraw }: { readonly draws: number; readonly rowsPerDraw: number },
): PartCost[] {
  return [...new Set(cases.map(({ size }) => size))].map((size) => {
    const own = cases.filter((each) => each.size === size);
    const total = (of: (each: CaseCost) => number) => own.reduce((sum, each) => sum + of(each), 0);
    return {
      part: `D = L = ${size}`,
      shards: total(({ shards }) => shards.length),
      rows: own.length * draws * rowsPerDraw,
      work: draws * total(({ normals }) => normals),
      seconds: draws * total(({ seconds }) => seconds),
    };
  });
}
