/** The most points that have a figure each. */
export const MOST_FIGURES = 24;

/** How many figures a sweep has, and of what. */
export type SweepFigures = 'joined' | 'each' | 'none';

/** @param isJoined whether one run could hold all points, whose figure then stands for all. */
export function sweepFigures(points: number, isJoined: boolean): SweepFigures {
  if (isJoined) return 'joined';
  return points <= MOST_FIGURES ? 'each' : 'none';
}
