import type { RunProgress } from '@resdiff/runtime';
import cliProgress from 'cli-progress';
import { seconds } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Seconds between lines where progress cannot be drawn over itself. */
const LINE_INTERVAL = 5;
/** A run gets about so many lines more each time that it has become 2.7 times as long. */
const LINES_OF_LONG_RUNS = 20;

export interface ProgressView {
  update(progress: RunProgress): void;
  /** Leaves the terminal to others: updates after it are not shown. */
  end(): void;
}

/** A bar with rate and time left on a terminal, plain lines elsewhere. */
export function progressView(terminal: Terminal): ProgressView {
  return terminal.animated ? bar() : lines(terminal);
}

function bar(): ProgressView {
  const view = new cliProgress.SingleBar({
    format: ' {bar} {percentage}%  {done}/{shards} shards{pace}',
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 30,
    hideCursor: true,
    stream: process.stderr,
  });
  let started = false;
  let ended = false;
  return {
    update(progress) {
      if (ended) return;
      const { done, total: shards, doneCost, totalCost } = progress;
      const payload = {
        done,
        shards,
        pace: pace(progress)
          .map((part) => `  ${part}`)
          .join(''),
      };
      if (!started) view.start(totalCost, doneCost, payload);
      else view.update(doneCost, payload);
      started = true;
    },
    end() {
      if (started && !ended) view.stop();
      ended = true;
    },
  };
}

function lines(terminal: Terminal): ProgressView {
  let next = 0;
  let before: number | undefined;
  let ended = false;
  return {
    update(progress) {
      if (ended) return;
      const { done, total, resumed, elapsed, doneCost, totalCost } = progress;
      // The first shard gets a line of its own: it tells how fast the run goes.
      const first = before === resumed && done > resumed;
      if (elapsed < next && !first && done < total) return;
      before = done;
      next = elapsed + Math.max(LINE_INTERVAL, elapsed / LINES_OF_LONG_RUNS);
      const percent = done < total ? Math.floor((100 * doneCost) / totalCost) : 100;
      const parts = [`${percent}%`, `${done}/${total} shards`, ...pace(progress)];
      terminal.note(parts.join(', '));
    },
    end() {
      ended = true;
    },
  };
}

/** How fast the run goes, and how long it will take; empty while nothing is known of it. */
function pace(progress: RunProgress): string[] {
  const { done, total, resumed, doneCost, resumedCost, totalCost, elapsed } = progress;
  const computed = doneCost - resumedCost;
  if (computed <= 0 || elapsed <= 0) return [];
  const left = ((totalCost - doneCost) * elapsed) / computed;
  return [
    ...(done > resumed ? [rate((done - resumed) / elapsed)] : []),
    done < total ? `${seconds(left)} left` : `in ${seconds(elapsed)}`,
  ];
}

/** Shards a second, a minute or an hour: whichever is a number that says something. */
function rate(perSecond: number): string {
  if (perSecond >= 0.5) return `${perSecond.toFixed(1)} shards/s`;
  if (perSecond >= 0.5 / 60) return `${(60 * perSecond).toFixed(1)} shards/min`;
  return `${(3600 * perSecond).toFixed(1)} shards/h`;
}
