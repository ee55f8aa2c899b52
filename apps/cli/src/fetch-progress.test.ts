import type { FetchProgress } from '@resdiff/mnist';
import { expect, it } from 'vitest';
import { fetchView } from './fetch-progress.ts';
import type { Terminal } from './terminal.ts';

const MiB = 2 ** 20;

/** The lines that are printed for these states, each with the second in which it is reached. */
function linesOf(states: readonly (FetchProgress & { at: number })[]): string[] {
  const lines: string[] = [];
  const terminal = { animated: false, note: (line: string) => lines.push(line) };
  let time = 0;
  const view = fetchView(terminal as unknown as Terminal, () => time);
  for (const { at, ...state } of states) {
    time = at;
    view.update(state);
  }
  view.end();
  return lines;
}

it('says every five seconds how far a file is, and when it is here', () => {
  const file = { file: 'images', total: 20 * MiB };
  expect(
    linesOf([
      { ...file, at: 0, bytes: 0 },
      { ...file, at: 1, bytes: MiB },
      { ...file, at: 5, bytes: 5 * MiB },
      { ...file, at: 9, bytes: 9 * MiB },
      { ...file, at: 10, bytes: 15 * MiB },
      { ...file, at: 12, bytes: 20 * MiB },
      { file: 'labels', total: 28_881, at: 12, bytes: 0 },
      { file: 'labels', total: 28_881, at: 12.5, bytes: 28_881 },
    ]),
  ).toEqual([
    'images, 5.0 MiB of 20.0 MiB, 1.0 MiB/s, 15.0 s left',
    'images, 15.0 MiB of 20.0 MiB, 1.5 MiB/s, 3.3 s left',
    'images, 20.0 MiB, in 12.0 s',
    'labels, 28.2 KiB, in 500 ms',
  ]);
});

it('does not count as fast what was here before, nor what a mirror sends again', () => {
  const file = { file: 'images', total: 20 * MiB };
  expect(
    linesOf([
      { ...file, at: 0, bytes: 10 * MiB },
      { ...file, at: 5, bytes: 15 * MiB },
      { ...file, at: 6, bytes: 0 },
      { ...file, at: 11, bytes: 10 * MiB },
    ]),
  ).toEqual([
    'images, 15.0 MiB of 20.0 MiB, 1.0 MiB/s, 5.0 s left',
    'images, 10.0 MiB of 20.0 MiB, 2.0 MiB/s, 5.0 s left',
  ]);
});

it('shows how much has come where the mirror does not say how much there is', () => {
  const file = { file: 'images', total: undefined };
  expect(
    linesOf([
      { ...file, at: 0, bytes: 0 },
      { ...file, at: 5, bytes: 10 * MiB },
    ]),
  ).toEqual(['images, 10.0 MiB, 2.0 MiB/s']);
});
