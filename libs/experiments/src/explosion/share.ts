/**
 * A share of draws with its standard error by Laplace's rule of succession: the standard deviation of a
 * uniform prior's posterior, Beta(passed + 1, draws - passed + 1). Of no or of all draws it is about
 * 1/draws, three of which are the rule of three, and not 0 as the binomial one.
 */
export function shareOf(passed: number, draws: number) {
  const smoothed = (passed + 1) / (draws + 2);
  return {
    value: passed / draws,
    se: Math.sqrt((smoothed * (1 - smoothed)) / (draws + 3)),
  };
}
