import { expect, it } from 'vitest';
import { parseSlurmTime } from './durations.ts';

it.each([
  ['90', 5400],
  ['1:30', 90],
  ['02:00:00', 7200],
  ['1-12', 129600],
  ['1-12:30', 131400],
  ['2-00:00:05', 172805],
  ['0', 0],
  ['UNLIMITED', Infinity],
  ['infinite', Infinity],
])('reads %s', (text, seconds) => {
  expect(parseSlurmTime(text)).toBe(seconds);
});

it.each(['', '2h', '1:2:3:4', '-5', '1-', '1.5', 'INVALID'])('does not read %j', (text) => {
  expect(parseSlurmTime(text)).toBeUndefined();
});
