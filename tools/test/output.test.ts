import { expect, test } from 'vitest';
import { unmatchedLines } from '../src/output.ts';

const output = `figure-2: 69 shards, into runs/figure-2/69a05939233c
mean  resnet, z = 0   0.01810  -1.2e-5  +1.41
Took 42.8 s, 30.7 s of CPU time.`;

test('other numbers, run ids, units and spaces do not matter', () => {
  const example = `figure-2: 3 shards, into runs/figure-2/0123456789ab
mean resnet, z = 1 12.5 3 -0.02
Took 12 ms, 3 min of CPU time.`;
  expect(unmatchedLines(example, output)).toEqual([]);
});

test('... stands for the rest of a line, or for lines', () => {
  const example = `figure-2: 69 ... runs/figure-2/...
...
Took ... of CPU time.`;
  expect(unmatchedLines(example, output)).toEqual([]);
});

test('other words do matter, and so does a number that is missing', () => {
  const example = `variance  resnet, z = 0   0.01810  -1.2e-5  +1.41
mean  resnet, z = 0   0.01810  -1.2e-5
Took 42.8 s.`;
  expect(unmatchedLines(example, output)).toEqual(example.split('\n'));
});
