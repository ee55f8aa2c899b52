import { expect, it } from 'vitest';
import { summaryFile } from './summary-file.ts';
import { estimate, judge, type Summary } from './summary.ts';

const summaryOf = (count: number): Summary => ({
  estimates: Array.from({ length: count }, (_, i) => estimate('mean', { z: i }, { value: i / 3 })),
  verdict: judge([], () => 'Says "nothing".'),
});

it.each([0, 1, 1000, 1001, 2500])('is the summary of %i estimates, one a line', (count) => {
  const text = Buffer.from(summaryFile(summaryOf(count))).toString();
  expect(JSON.parse(text)).toEqual(summaryOf(count));
  expect(text.split('\n').filter((line) => line.includes('"quantity"'))).toHaveLength(count);
});
