import { describe, expect, it } from 'vitest';
import { finalScore, searchRate, type RateGrid, type Score } from './search.ts';

const grid: RateGrid = { from: 0.01, to: 100, points: 5, refinements: 8 };

/** Best at `peak`; accuracies are told in steps of 0.1, as those of a small test set. */
function peaked(peak: number, tell = 0) {
  return (rate: number): Promise<Score> => {
    const loss = Math.log(rate / peak) ** 2;
    const accuracy = tell === 0 ? -loss : Math.round(-loss / tell) * tell;
    return Promise.resolve({ accuracy, loss, diverged: false });
  };
}

describe('searchRate', () => {
  it('tries the grid in log(rate) first, then refines', async () => {
    const { trials, atEdge } = await searchRate(peaked(0.7), grid);
    expect(trials).toHaveLength(13);
    [0.01, 0.1, 1, 10, 100].forEach((rate, i) => expect(trials[i].rate).toBeCloseTo(rate, 12));
    expect(trials[0].rate).toBe(0.01);
    expect(trials[4].rate).toBe(100);
    expect(atEdge).toBeUndefined();
    for (const { rate } of trials.slice(5)) {
      expect(rate).toBeGreaterThan(0.1);
      expect(rate).toBeLessThan(10);
    }
  });

  // The bracket is two steps of the grid, and but for the first trial each leaves 0.618 of it.
  it.each([0.011, 0.05, 0.1, 0.31, 0.7, 1, 3.3, 90])('finds a peak at %f', async (peak) => {
    for (const tell of [0, 0.1]) {
      const { best, trials } = await searchRate(peaked(peak, tell), { ...grid, refinements: 16 });
      const error = Math.abs(Math.log(best.rate / peak));
      expect(error).toBeLessThan(2 * Math.log(10) * 0.618 ** 15);
      expect(trials).toContain(best);
    }
  });

  it.each([
    [0.001, 'from', 0.01],
    [2000, 'to', 100],
  ] as const)('says that a peak at %f lies at the edge', async (peak, edge, rate) => {
    const { atEdge, best, trials } = await searchRate(peaked(peak), grid);
    expect(atEdge).toBe(edge);
    expect(best.rate).toBe(rate);
    expect(trials).toHaveLength(13);
  });

  it('takes a divergence as worst, whatever its numbers', async () => {
    const score = (rate: number) =>
      Promise.resolve({ accuracy: rate, loss: -rate, diverged: rate > 2.5 });
    const { best, trials, atEdge } = await searchRate(score, { ...grid, refinements: 20 });
    expect(trials).toHaveLength(25);
    expect(best.rate).toBeLessThanOrEqual(2.5);
    expect(best.rate).toBeGreaterThan(2.49);
    expect(atEdge).toBeUndefined();
  });

  it('ends even if all diverge', async () => {
    const score = () => Promise.resolve({ accuracy: NaN, loss: NaN, diverged: true });
    const { best, trials, atEdge } = await searchRate(score, grid);
    expect(trials).toHaveLength(13);
    expect(best).toBe(trials[0]);
    expect(atEdge).toBe('from');
  });

  it('breaks ties of accuracy by loss, and ties of both for the first', async () => {
    const score = (rate: number) =>
      Promise.resolve({ accuracy: 0.5, loss: rate > 5 ? 1 : 2, diverged: false });
    const { best } = await searchRate(score, { ...grid, refinements: 0 });
    expect(best.rate).toBeCloseTo(10, 12);
  });

  it('resumes after any trial without repeating one', async () => {
    const whole = await searchRate(peaked(0.7), grid);
    for (let done = 0; done <= 13; done++) {
      const scored: number[] = [];
      const stored = JSON.parse(JSON.stringify(whole.trials.slice(0, done))) as typeof whole.trials;
      const resumed = await searchRate(
        (rate) => {
          scored.push(rate);
          return peaked(0.7)(rate);
        },
        grid,
        stored,
      );
      expect(resumed).toEqual(whole);
      expect(scored).toEqual(whole.trials.slice(done).map(({ rate }) => rate));
    }
  });

  it('refuses trials of another search', async () => {
    const { trials } = await searchRate(peaked(0.7), grid);
    const other = { ...grid, to: 10 };
    await expect(searchRate(peaked(0.7), other, trials)).rejects.toThrow(
      /^trial 2 of the search is at rate 0\.0562.*; the one that was done is at 0\.1/,
    );
    const shorter = { ...grid, refinements: 2 };
    await expect(searchRate(peaked(0.7), shorter, trials)).rejects.toThrow(
      '13 trials were done of a search that has 7',
    );
  });

  it.each([
    [{ from: 0 }, 'not from 0 to 100'],
    [{ from: 100 }, 'rates above 0 are searched from a lower to a higher, not from 100 to 100'],
    [{ to: Infinity }, 'not from 0.01 to Infinity'],
    [{ points: 1 }, 'a grid of rates has 2 points or more, not 1'],
    [{ points: 2.5 }, 'a grid of rates has 2 points or more, not 2.5'],
    [{ refinements: -1 }, 'the refinements of a search are a whole number, not -1'],
  ])('refuses %j', async (change, message) => {
    const refusal = searchRate(peaked(1), { ...grid, ...change });
    await expect(refusal).rejects.toThrow(RangeError);
    await expect(refusal).rejects.toThrow(message);
  });
});

describe('finalScore', () => {
  const records = [
    { epoch: 0, trainLoss: 1, testLoss: 2, testAccuracy: 0.1 },
    { epoch: 1, trainLoss: 0.5, testLoss: 0.7, testAccuracy: 0.8 },
  ];

  it('is that of the last epoch', () => {
    expect(finalScore({ records })).toEqual({ accuracy: 0.8, loss: 0.7, diverged: false });
    expect(finalScore({ records, divergedAt: 1 }).diverged).toBe(true);
  });
});
