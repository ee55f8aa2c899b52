import { describe, expect, it } from 'vitest';
import { estimate, judge, type Estimate } from './summary.ts';

describe('an estimate', () => {
  it('has z = (value - expected) / se', () => {
    const expected = { expected: 1, source: 'theory' };
    expect(estimate('mean', { z: 0 }, { value: 2, se: 0.5 }, expected)).toEqual({
      quantity: 'mean',
      at: { z: 0 },
      value: 2,
      se: 0.5,
      expected: 1,
      source: 'theory',
      z: 2,
    });
  });

  it.each([
    ['no value', { value: null, se: 1 }, 1],
    ['no standard error', { value: 1 }, 1],
    ['a standard error of 0', { value: 1, se: 0 }, 1],
    ['nothing to hold it against', { value: 1, se: 1 }, null],
    ['NaN', { value: NaN, se: 1 }, 1],
    ['an infinite value', { value: Infinity, se: 1 }, 1],
    ['an infinite expectation', { value: 1, se: 1 }, Infinity],
  ])('has no z with %s, and nothing that JSON cannot hold', (_, found, expected) => {
    const made = estimate('mean', {}, found, { expected, source: 'theory' });
    expect(made.z).toBeNull();
    expect(made.source).toBe(Number.isFinite(expected) && expected !== null ? 'theory' : null);
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });
});

describe('a verdict', () => {
  const withZ = (...zs: (number | null)[]): Estimate[] =>
    zs.map((z) => ({ ...estimate('mean', {}, { value: 0 }), z }));
  const verdictOf = (...zs: (number | null)[]) => judge(withZ(...zs), String);

  // Two-sided normal quantiles at 1% over the number of comparisons.
  it.each([
    [1, 2.5758],
    [2, 2.807],
    [18, 3.4524],
  ])('of %i comparisons has the threshold %d', (count, threshold) => {
    const verdict = verdictOf(...new Array<number>(count).fill(0), null);
    expect(verdict.comparisons).toBe(count);
    expect(verdict.threshold).toBeCloseTo(threshold, 4);
    expect(verdict.falseAlarmRate).toBe(0.01);
  });

  // Student's two-sided quantiles at 1% over 2, from tables.
  it.each([
    [3, 7.4533],
    [10, 3.5814],
  ])('of %i degrees of freedom has the threshold %d', (degrees, threshold) => {
    const verdict = judge(withZ(0, 0), String, degrees);
    expect(verdict.degrees).toBe(degrees);
    expect(verdict.threshold).toBeCloseTo(threshold, 3);
    expect(verdictOf(0).degrees).toBeNull();
  });

  it('is agreement up to the threshold, on either side', () => {
    expect(verdictOf(1, -2.8)).toMatchObject({ agreement: true, largestZ: -2.8, text: 'true' });
    expect(verdictOf(1, -2.81)).toMatchObject({ agreement: false, largestZ: -2.81 });
    expect(verdictOf(2.81, 1)).toMatchObject({ agreement: false, largestZ: 2.81, text: 'false' });
  });

  it('is neither where nothing was compared', () => {
    expect(verdictOf(null)).toMatchObject({
      agreement: null,
      comparisons: 0,
      largestZ: null,
      text: 'null',
    });
  });
});
