import type { RunProgress } from '@resdiff/runtime';
import { expect, it } from 'vitest';
import { progressView } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** The lines that are printed for these states of a run of two shards of an hour each. */
function linesOf(states: readonly Partial<RunProgress>[]): string[] {
  const lines: string[] = [];
  const terminal = { animated: false, note: (line: string) => lines.push(line) };
  const view = progressView(terminal as unknown as Terminal);
  const common = { done: 0, total: 2, doneCost: 0, totalCost: 7200, elapsed: 0 };
  const earlier = { resumed: 0, continued: 0, resumedCost: 0, damaged: [], damagedCheckpoints: [] };
  for (const state of states) view.update({ ...common, ...earlier, ...state });
  return lines;
}

it('shows how far long shards are and what is left, before one is done', () => {
  const lines = linesOf([
    {},
    { elapsed: 0.2, doneCost: 0.2 },
    { elapsed: 4.9, doneCost: 4.9 },
    { elapsed: 5, doneCost: 10 },
    { elapsed: 1000, doneCost: 1800 },
    { elapsed: 1800, doneCost: 3600, done: 1 },
    { elapsed: 1801, doneCost: 3601, done: 1 },
    { elapsed: 3600, doneCost: 7200, done: 2 },
  ]);
  expect(lines).toEqual([
    '0%, 0/2 shards',
    '0%, 0/2 shards, 60 min left',
    '25%, 0/2 shards, 50 min left',
    '50%, 1/2 shards, 2.0 shards/h, 30 min left',
    '100%, 2/2 shards, 2.0 shards/h, in 60 min',
  ]);
});

it('counts what checkpoints held as done, but not as fast', () => {
  const lines = linesOf([
    { doneCost: 3600, resumedCost: 3600, continued: 2 },
    { doneCost: 3700, resumedCost: 3600, continued: 2, elapsed: 100 },
  ]);
  expect(lines).toEqual(['50%, 0/2 shards', '51%, 0/2 shards, 58 min left']);
});

it('says less and less often how a long run goes', () => {
  const seconds = Array.from({ length: 7199 }, (_, second) => second);
  const lines = linesOf(seconds.map((elapsed) => ({ elapsed, doneCost: elapsed })));
  expect(lines.length).toBeGreaterThan(60);
  expect(lines.length).toBeLessThan(150);
});
