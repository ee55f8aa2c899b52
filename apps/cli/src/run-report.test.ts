import { expect, it } from 'vitest';
import { sayEstimates } from './run-report.ts';

const of = (quantity: string, z: number | null) => ({
  ...{ quantity, at: {}, value: 1, se: 0.5, expected: 0, source: 'theory', z },
});
const [mean, variance, lost] = [of('mean', 2), of('variance', -50.125), of('lost', null)];

/** What is said below the table. */
function saidBelow(report: Parameters<typeof sayEstimates>[0]): string[] {
  const said: string[] = [];
  sayEstimates(report, { say: (text) => said.push(text) });
  return said.slice(1, -1);
}

it('says why a z stands in brackets, where one does', () => {
  const line =
    'A z in brackets is not judged: theory is not exact at that size, or draws are too few or lost.';
  expect(saidBelow({ shown: [mean, variance], judged: [mean] })).toEqual([line]);
  expect(saidBelow({ shown: [mean, lost], judged: [mean] })).toEqual([]);
  expect(saidBelow({ shown: [mean, variance], judged: [mean, variance] })).toEqual([]);
});

it('says what of the summary is shown', () => {
  const selection = 'These are the largest.';
  expect(saidBelow({ shown: [mean], judged: [mean], selection })).toEqual([selection]);
  const shown = Array.from({ length: 30 }, () => mean);
  expect(saidBelow({ shown, judged: [mean] })).toEqual(['... and 6 more in summary.json']);
  expect(saidBelow({ shown: [], judged: [], selection })).toEqual([]);
});
