import { UserError } from '@resdiff/runtime';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusals, refusedSome, refusedWhole } from '../../test/refusals.ts';
import { scratch } from '../../test/support.ts';
import { parameterLaws } from '../parameter-laws.ts';
import { lawOf, statesOf } from './settings.ts';

const forms =
  /^must be identity, rows such as \[\[1, 0\], \[0, 1\]\], .*, or \{file: PATH\} of one of these$/;
const keys = ['outputCovariance', 'inputCovariance', 'weightCovariance', 'biasCovariance'];

describe('refused', () => {
  it.each([
    refusedSome('laws', 'iid', 'matrix-gaussian', 'general'),
    refusedWhole('width', 1, 24),
    ['step', [0, -1, 1.5, NaN, 'x', null], 'must be a number above 0, up to 1'] as const,
    ['sigmaW', [-1, 'x', null], 'must be a finite number, 0 or above'] as const,
    ['weightDrift', [NaN, Infinity, '1', null, [[1]]], 'must be a finite number'] as const,
    ['biasDrift', [NaN, '1', [1]], 'must be a finite number'] as const,
    refusedWhole('blocks', 2, 10_000),
    refusedWhole('blockDraws', 2, 1_000_000),
  ])('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(parameterLaws, { [key]: value }), JSON.stringify(value)).toEqual({
        [key]: message,
      });
    }
  });

  it('an activation without a limit, but not as psi', () => {
    expect(refusals(parameterLaws, { activation: 'relu' }).activation).toMatch(
      /^must have a diffusion limit: relu has no diffusion limit: .*[^.]$/,
    );
    expect(refusals(parameterLaws, { psi: 'relu' })).toEqual({});
  });

  it.each(keys)('%s of no form that is known', (key) => {
    for (const value of [
      ...['', 'ar1', 3, null, true, [1, 2], [['1']], { name: 'ar1' }, { name: 'wishart' }],
      ...[{ name: 'ar1', rho: 0.5, size: 2 }, { file: '' }, { file: 3 }],
    ]) {
      const found = refusals(parameterLaws, { [key]: value });
      expect(found, JSON.stringify(value)).toEqual({
        [key]: expect.stringMatching(forms) as unknown,
      });
    }
  });

  it.each([
    [
      [
        [-2, 0],
        [0, 1],
      ],
      'Sigma_O has the eigenvalue -2; it must be positive semi-definite, so that none is below 0',
    ],
    [
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      'Sigma_O is 3 x 3; it must be 2 x 2',
    ],
    [[[1], [0, 1]], 'Sigma_O is 2 x 1 or 2; it must be 2 x 2'],
    [
      [
        [1, NaN],
        [NaN, 1],
      ],
      'Sigma_O[0][1] is NaN; it must be a finite number',
    ],
    [
      [
        [1, 0.5],
        [0.4, 1],
      ],
      'Sigma_O[0][1] is 0.5 and Sigma_O[1][0] is 0.4; it must be symmetric',
    ],
    [{ name: 'ar1', rho: 1.5 }, 'rho of Sigma_O is 1.5; it must be in [-1, 1]'],
    [{ name: 'identity', variance: -1 }, 'The variance of Sigma_O is -1; it must not be negative'],
    [{ name: 'diagonal', variances: [1] }, 'The diagonal of Sigma_O has 1 entries; it must have 2'],
    [{ name: 'low-rank', factor: [[1]] }, 'The factor of Sigma_O is 1 x 1; it must be 2 x 1'],
    [
      { name: 'identity', variance: 1e200 },
      'Sigma_O has the entry 1e+200; its entries must be up to 1e30 in size, well within the numbers of 32 bits',
    ],
  ])('the covariance %j', (outputCovariance, message) => {
    expect(refusals(parameterLaws, { width: 2, outputCovariance })).toEqual({
      outputCovariance: `must be a covariance: ${message}`,
    });
    expect(refusals(parameterLaws, { width: 2, outputCovariance, laws: 'iid' })).toEqual({});
  });

  it('a covariance of the weights that is not D^2 x D^2', () => {
    const rows = [
      [1, 0],
      [0, 1],
    ];
    expect(refusals(parameterLaws, { width: 2, weightCovariance: rows })).toEqual({
      weightCovariance: 'must be a covariance: Sigma^W is 2 x 2; it must be 4 x 4',
    });
  });
});

describe('a covariance in a file', () => {
  const resolved = async (text: string | undefined, key = 'inputCovariance') => {
    const file = join(scratch(), 'covariance.yaml');
    if (text !== undefined) writeFileSync(file, text);
    const settings = parameterLaws.settings.parse({ width: 2, [key]: { file } });
    return (await parameterLaws.resolve!(settings, {})).settings;
  };

  it('takes the place of its path', async () => {
    const { inputCovariance } = await resolved('[[2, 1], [1, 2]]');
    expect(inputCovariance).toEqual([
      [2, 1],
      [1, 2],
    ]);
    const settings = await resolved('{name: low-rank, factor: [[1], [2]], variance: 0.5}');
    expect(lawOf(settings, 'matrix-gaussian')).toMatchObject({
      inputCovariance: Float64Array.of(1.5, 2, 2, 4.5),
    });
  });

  it.each([
    [undefined, /^Sigma_I in the file .* cannot be read: ENOENT/],
    ['[[1, 2], [2', /^Sigma_I in the file .* is not valid YAML: /],
    ['[[1, 0], [0, 1]]\n---\n3', /^Sigma_I in the file .* is not valid YAML of one document: /],
    [
      '[[1e200, 0], [0, 1]]',
      /^Sigma_I in the file .* has the entry 1e\+200; .* up to 1e30 in size/,
    ],
    ['3', /^Sigma_I in the file .* is no covariance; it must be identity, rows/],
    ['{file: other.yaml}', /^Sigma_I in the file .* is no covariance; /],
    [
      '[[1, 2], [2, 1]]',
      /^Sigma_I in the file .*: Sigma_I has the eigenvalue -(1|0\.9{9}\d*); .*below 0\.$/,
    ],
    ['[[1]]', /^Sigma_I in the file .*: Sigma_I is 1 x 1; it must be 2 x 2\.$/],
    ['[[1, .nan], [.nan, 1]]', /^Sigma_I in the file .*: Sigma_I\[0\]\[1\] is NaN; /],
  ])('of the content %j is refused', async (text, message) => {
    await expect(resolved(text)).rejects.toThrow(UserError);
    await expect(resolved(text)).rejects.toThrow(message);
  });
});

it('describes every setting', () => {
  expect(Object.keys(parameterLaws.keys)).toEqual(Object.keys(parameterLaws.settings.parse({})));
  for (const text of Object.values(parameterLaws.keys)) expect(text).toMatch(/\S{2}/);
});

it('begins at other states for another seed', () => {
  const [x, y] = statesOf(parameterLaws.settings.parse({}));
  expect(x).toHaveLength(6);
  expect(x).not.toEqual(y);
  expect(statesOf(parameterLaws.settings.parse({ seed: 2 }))[0]).not.toEqual(x);
});
