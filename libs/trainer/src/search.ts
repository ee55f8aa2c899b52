import type { Checkpoint } from './checkpoint.ts';

/** How good a training was: higher accuracy is better, then lower loss; one that diverged is worst. */
export interface Score {
  readonly accuracy: number;
  readonly loss: number;
  readonly diverged: boolean;
}

/** A rate and how good it was. */
export interface Trial {
  readonly rate: number;
  readonly score: Score;
}

export interface RateGrid {
  /** The lowest rate of the grid, which is even in log(rate). */
  readonly from: number;
  /** The highest. */
  readonly to: number;
  /** Rates of the grid, both ends included: at least 2. */
  readonly points: number;
  /** Golden-section trials that follow, about the best rate of the grid. */
  readonly refinements: number;
}

export interface RateSearch {
  readonly best: Trial;
  /** All, in order: points + refinements. */
  readonly trials: readonly Trial[];
  /** The end of the grid that was its best rate: a better one may lie beyond. */
  readonly atEdge?: 'from' | 'to';
}

/** 2 - golden ratio: where the golden section cuts the longer part of a bracket. */
const GOLDEN = (3 - Math.sqrt(5)) / 2;

/**
 * Searches the learning rate that scores best: a grid in log(rate), then a golden-section search
 * (Kiefer, 1953) between the neighbours of its best rate. There are always points + refinements
 * trials, whatever they give.
 *
 * @param done trials of an earlier search over the same grid, in its order: they are not repeated.
 * @throws {RangeError} for a grid that makes no sense, or trials of another search.
 */
export async function searchRate(
  score: (rate: number) => Promise<Score>,
  grid: RateGrid,
  done: readonly Trial[] = [],
): Promise<RateSearch> {
  checkGrid(grid);
  const { points, refinements } = grid;
  if (done.length > points + refinements) {
    throw new RangeError(
      `${done.length} trials were done of a search that has ${points + refinements}`,
    );
  }
  const trials: Trial[] = [];
  const tried = async (rate: number): Promise<Trial> => {
    const known = done.at(trials.length);
    if (known && known.rate !== rate) {
      throw new RangeError(
        `trial ${trials.length + 1} of the search is at rate ${rate}; the one that was done is at ${known.rate}`,
      );
    }
    const trial = known ?? { rate, score: await score(rate) };
    trials.push(trial);
    return trial;
  };

  for (let point = 0; point < points; point++) await tried(gridRate(grid, point));
  const bestPoint = trials.reduce(
    (best, trial, i) => (isBetter(trial, trials[best]) ? i : best),
    0,
  );
  let best = trials[bestPoint];
  let low = trials[Math.max(bestPoint - 1, 0)].rate;
  let high = trials[Math.min(bestPoint + 1, points - 1)].rate;
  for (let refinement = 0; refinement < refinements; refinement++) {
    const upwards = high / best.rate >= best.rate / low;
    const trial = await tried(best.rate * ((upwards ? high : low) / best.rate) ** GOLDEN);
    const better = isBetter(trial, best);
    const bound = better ? best.rate : trial.rate;
    if (upwards === better) low = bound;
    else high = bound;
    if (better) best = trial;
  }
  const edge = bestPoint === 0 ? 'from' : bestPoint === points - 1 ? 'to' : undefined;
  return { best, trials, ...(edge && { atEdge: edge }) };
}

/** The score of a training: that of its last epoch. */
export function finalScore({
  records,
  divergedAt,
}: Pick<Checkpoint, 'records' | 'divergedAt'>): Score {
  const { testAccuracy, testLoss } = records[records.length - 1];
  return { accuracy: testAccuracy, loss: testLoss, diverged: divergedAt !== undefined };
}

function gridRate({ from, to, points }: RateGrid, point: number): number {
  if (point === points - 1) return to;
  return from * (to / from) ** (point / (points - 1));
}

function isBetter({ score: one }: Trial, { score: other }: Trial): boolean {
  if (one.diverged || other.diverged) return !one.diverged && other.diverged;
  return (
    one.accuracy > other.accuracy || (one.accuracy === other.accuracy && one.loss < other.loss)
  );
}

function checkGrid({ from, to, points, refinements }: RateGrid): void {
  if (!(from > 0 && from < to && to < Infinity)) {
    throw new RangeError(
      `rates above 0 are searched from a lower to a higher, not from ${from} to ${to}`,
    );
  }
  if (!(Number.isInteger(points) && points >= 2)) {
    throw new RangeError(`a grid of rates has 2 points or more, not ${points}`);
  }
  if (!(Number.isInteger(refinements) && refinements >= 0)) {
    throw new RangeError(`the refinements of a search are a whole number, not ${refinements}`);
  }
}
