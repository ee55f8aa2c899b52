import type { RunProgress } from '@resdiff/runtime';
import cliProgress from 'cli-progress';
import { seconds } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Seconds between lines where progress cannot be drawn over itself. */
const LINE_INTERVAL = 5;

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
    format: ' {bar} {percentage}%  {done}/{shards} shards  {rate}  {left}',
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
      const payload = { done, shards, ...pace(progress) };
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
  let ended = false;
  return {
    update(progress) {
      if (ended) return;
      const { done, total, resumed, elapsed, doneCost, totalCost } = progress;
      if (elapsed < next && done < total) return;
      // The first shard gets a line of its own: it tells how fast the run goes.
      next = done === resumed ? 0 : elapsed + LINE_INTERVAL;
      const percent = done < total ? Math.floor((100 * doneCost) / totalCost) : 100;
      const { rate, left } = pace(progress);
      const parts = [`${percent}%`, `${done}/${total} shards`, rate, left];
      terminal.note(parts.filter((part) => part !== '').join(', '));
    },
    end() {
      ended = true;
    },
  };
}

function pace({ done, total, resumed, doneCost, resumedCost, totalCost, elapsed }: RunProgress) {
  const computed = doneCost - resumedCost;
  if (computed <= 0 || elapsed <= 0) return { rate: '', left: '' };
  const left = ((totalCost - doneCost) * elapsed) / computed;
  return {
    rate: `${((done - resumed) / elapsed).toFixed(1)} shards/s`,
    left: done < total ? `${seconds(left)} left` : `in ${seconds(elapsed)}`,
  };
}
