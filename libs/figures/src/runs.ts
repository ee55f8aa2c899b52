import type { Numbers } from './arrays.ts';

/** The indices that are drawn of arrays over common positions, in runs between which is a gap. */
export type Runs = number[][];

/**
 * The runs in which all arrays have numbers, thinned to what can be told apart: within each unit of
 * `place`, which increases with the index, the smallest and the largest number of each array stay,
 * so that noise keeps its height, and so do the ends of runs. Units from before `from` and after
 * `to` are left out but for the next ones, to which lines still lead.
 */
export function drawnRuns(
  length: number,
  arrays: Numbers[],
  place: (index: number) => number,
  [from, to]: readonly [number, number],
): Runs {
  const places = Array.from({ length }, (_, i) => place(i));
  const isDrawn = (i: number) => arrays.every((array) => !Number.isNaN(array[i]));
  const runs: Runs = [];
  for (let i = 0; i < length; i++) {
    if (!isDrawn(i)) continue;
    if (i > 0 && isDrawn(i - 1)) runs.at(-1)!.push(i);
    else runs.push([i]);
  }
  return runs
    .map((run) =>
      run.filter(
        (_, i) =>
          places[run[Math.min(i + 1, run.length - 1)]] >= from &&
          places[run[Math.max(i - 1, 0)]] <= to,
      ),
    )
    .filter((run) => run.length > 0)
    .map((run) => thinRun(run, arrays, places));
}

function thinRun(run: number[], arrays: Numbers[], places: number[]): number[] {
  const kept = new Set([run[0], run.at(-1)]);
  for (let start = 0; start < run.length;) {
    const unit = Math.floor(places[run[start]]);
    let end = start;
    while (end < run.length && Math.floor(places[run[end]]) === unit) end++;
    const inUnit = run.slice(start, end);
    for (const array of arrays) {
      kept.add(inUnit.reduce((best, i) => (array[i] < array[best] ? i : best)));
      kept.add(inUnit.reduce((best, i) => (array[i] > array[best] ? i : best)));
    }
    start = end;
  }
  return run.filter((i) => kept.has(i));
}
