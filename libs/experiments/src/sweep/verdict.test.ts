import { describe, expect, it } from 'vitest';
import { estimate, judge } from '../summary.ts';
import { combineVerdicts } from './verdict.ts';

/** A point whose estimates deviate by so many standard errors. */
function point(title: string, zs: readonly number[], degrees?: number) {
  const held = zs.map((z) => ({ ...estimate('mean', {}, { value: 0 }), z }));
  return { title, verdict: judge(held, (agreement) => `Says ${agreement}.`, degrees) };
}

describe('the verdict of a sweep', () => {
  // Two-sided normal quantiles at 1% over the number of comparisons: 3.4524 of 18, 3.0233 of 4.
  it('shares the false-alarm rate out among the comparisons of all points', () => {
    const points = [3.3, 0, 0].map((z, i) =>
      point(`size = ${i}`, [z, ...new Array<number>(5).fill(0)]),
    );
    // Alone the first is no agreement: 3.1440 of 6.
    expect(points[0].verdict.agreement).toBe(false);
    const verdict = combineVerdicts(points);
    expect(verdict).toMatchObject({
      agreement: true,
      comparisons: 18,
      largestZ: 3.3,
      degrees: null,
    });
    expect(verdict.threshold).toBeCloseTo(3.4524, 4);
    expect(verdict.text).toBe(
      '3 points agree with theory: of 18 comparisons the largest deviation is 3.30 standard errors, at size = 0.',
    );
  });

  it('is no agreement if one point deviates, which it names', () => {
    const verdict = combineVerdicts([point('size = 1', [0, -3.1]), point('size = 2', [1, 2])]);
    expect(verdict).toMatchObject({ agreement: false, largestZ: -3.1, comparisons: 4 });
    expect(verdict.text).toBe(
      '1 of 2 points deviates from theory, the most at size = 1, by 3.10 standard errors, where up to 3.02 count as agreement. There: Says false.',
    );
  });

  // Student's quantile at 1 - 0.01/4 with 3 degrees of freedom is 7.4533; the normal one 2.8070.
  it('holds each point against the quantile of its degrees of freedom', () => {
    const agreeing = combineVerdicts([point('a', [7.4], 3), point('b', [2.7])]);
    expect(agreeing).toMatchObject({ agreement: true, largestZ: 7.4, degrees: 3 });
    expect(agreeing.threshold).toBeCloseTo(7.4533, 4);
    const deviating = combineVerdicts([point('a', [7.4], 3), point('b', [2.9])]);
    expect(deviating).toMatchObject({ agreement: false, largestZ: 2.9, degrees: null });
    expect(deviating.threshold).toBeCloseTo(2.807, 4);
  });

  it('says where nothing could be held against theory', () => {
    const none = combineVerdicts([point('a', []), point('b', [])]);
    expect(none).toMatchObject({ agreement: null, comparisons: 0, largestZ: null });
    expect(none.text).toBe('At none of 2 points could an estimate be held against theory.');
    expect(combineVerdicts([point('a', []), point('b', [1])])).toMatchObject({
      agreement: true,
      text: '1 point agrees with theory: of 1 comparison the largest deviation is 1.00 standard errors, at b. At 1 point nothing could be held against theory.',
    });
  });
});
