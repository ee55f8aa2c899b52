import { describe, expect, test } from 'vitest';
import { readCovarianceSpec } from './covariance-spec.ts';

describe('readCovarianceSpec', () => {
  test.each([
    'identity',
    [
      [2, 1],
      [1, 2],
    ],
    [[1, NaN], [2]],
    { name: 'identity', variance: 2 },
    { name: 'diagonal', variances: [1, -2] },
    { name: 'ar1', rho: 7, variance: 1 },
    { name: 'low-rank', factor: [[1], [2]], variance: 0 },
  ])('takes %j, whatever its shape and values', (data) => {
    expect(readCovarianceSpec(data)).toEqual(data);
  });

  test('a variance is 1 where it is left out', () => {
    expect(readCovarianceSpec({ name: 'identity' })).toEqual({ name: 'identity', variance: 1 });
    const low = readCovarianceSpec({ factor: [[1]], name: 'low-rank' });
    expect(JSON.stringify(low)).toBe('{"name":"low-rank","factor":[[1]],"variance":1}');
    expect(readCovarianceSpec({ name: 'diagonal', variances: [] })).not.toHaveProperty('variance');
  });

  test.each([
    ...['', 'ar1', 3, null, undefined, true, [1, 2], [['1']], {}, { rho: 0.5 }],
    ...[{ name: 'ar1' }, { name: 'ar1', rho: '0.5' }, { name: 'ar1', rho: 0.5, size: 2 }],
    ...[{ name: 'wishart' }, { name: 'toString' }, { name: 'identity', variance: null }],
    ...[
      { name: 'diagonal', variances: 1 },
      { name: 'diagonal', variances: [1], variance: 1 },
    ],
    ...[{ name: 'low-rank', factor: [1] }, { file: 'covariance.yaml' }],
  ])('takes no %j', (data) => {
    expect(readCovarianceSpec(data)).toBeUndefined();
  });
});
