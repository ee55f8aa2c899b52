import { expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

it('measures everything in five rounds unless told otherwise', () => {
  expect(parseOptions([])).toEqual({
    only: [
      'draws',
      'inputs',
      'functions',
      'ntk',
      'normals',
      'training',
      'parquet',
      'merge',
      'workers',
    ],
    rounds: 5,
    quick: false,
  });
});

it('takes some benchmarks, rounds, sizes and a file', () => {
  const args = '--only parquet --only draws --rounds 2 --quick --json out.json'.split(' ');
  expect(parseOptions(args)).toEqual({
    only: ['draws', 'parquet'],
    rounds: 2,
    quick: true,
    json: 'out.json',
  });
});

it('returns nothing to do for --help', () => {
  expect(parseOptions(['--help'])).toBeUndefined();
});

it.each([
  [
    ['--only', 'draw'],
    '--only draw: must be one of draws, inputs, functions, ntk, normals, training, parquet, merge, workers.',
  ],
  [['--rounds', '0'], '--rounds 0: must be a whole number from 1 to 9999.'],
  [['--rounds', '1.5'], '--rounds 1.5: must be a whole number from 1 to 9999.'],
  [['--fast'], '--fast'],
  [['--json'], '--json'],
  [['draws'], 'draws'],
])('refuses %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
