import { expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

it('measures everything without a GPU in five rounds unless told otherwise', () => {
  expect(parseOptions([])).toEqual({
    only: [
      'draws',
      'inputs',
      'functions',
      'convolutional',
      'ntk',
      'normals',
      'training',
      'parquet',
      'merge',
      'workers',
    ],
    device: 'webgpu:0',
    rounds: 5,
    quick: false,
  });
});

it('takes some benchmarks, rounds, sizes and a file', () => {
  const args = '--only parquet --only draws --rounds 2 --quick --json out.json'.split(' ');
  expect(parseOptions(args)).toEqual({
    only: ['draws', 'parquet'],
    device: 'webgpu:0',
    rounds: 2,
    quick: true,
    json: 'out.json',
  });
});

it('takes all of a GPU by one name, and which GPU', () => {
  expect(parseOptions(['--only', 'gpu', '--only', 'gpu-ntk', '--device', 'webgpu:2'])).toEqual({
    only: ['gpu-limits', 'gpu-normals', 'gpu-draws', 'gpu-functions', 'gpu-ntk', 'gpu-training'],
    device: 'webgpu:2',
    rounds: 5,
    quick: false,
  });
  expect(parseOptions(['--only', 'gpu-ntk', '--device', 'webgpu'])?.device).toBe('webgpu:0');
});

it('returns nothing to do for --help', () => {
  expect(parseOptions(['--help'])).toBeUndefined();
});

it.each([
  [
    ['--only', 'draw'],
    '--only draw: must be one of draws, inputs, functions, convolutional, ntk, normals, training, parquet, merge, workers, gpu, gpu-limits,',
  ],
  [['--device', 'webgpu:0'], '--device webgpu:0: is for benchmarks of a GPU, such as --only gpu.'],
  ...['cuda:0', 'cpu', 'auto', 'webgpu:0,webgpu:1', 'card'].map((device): [string[], string] => [
    ['--only', 'gpu', '--device', device],
    `--device ${device}: must be webgpu:0, or another number.`,
  ]),
  [['--rounds', '0'], '--rounds 0: must be a whole number from 1 to 9999.'],
  [['--rounds', '1.5'], '--rounds 1.5: must be a whole number from 1 to 9999.'],
  [['--fast'], '--fast'],
  [['--json'], '--json'],
  [['draws'], 'draws'],
])('refuses %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
