import type { FetchProgress } from '@resdiff/mnist';
import cliProgress from 'cli-progress';
import { bytes, seconds } from './format.ts';
import type { Terminal } from './terminal.ts';

/** Seconds between lines where progress cannot be drawn over itself. */
const LINE_INTERVAL = 5;

/** The progress of one file, as it is shown. */
interface FileState {
  readonly file: string;
  readonly bytes: number;
  /** Undefined if the mirror does not say how much it sends. */
  readonly total: number | undefined;
  /** Rate and time left, or time taken; empty while nothing is known. */
  readonly pace: readonly string[];
  readonly elapsed: number;
}

export interface FetchView {
  update(progress: FetchProgress): void;
  /** Leaves the terminal to others. */
  end(): void;
}

interface FileView {
  show(state: FileState): void;
  end(): void;
}

/**
 * A bar for each file on a terminal, plain lines elsewhere.
 *
 * @param now the time in seconds.
 */
export function fetchView(
  terminal: Terminal,
  now: () => number = () => performance.now() / 1000,
): FetchView {
  let current: { file: string; view: FileView; begun: number; held: number } | undefined;
  return {
    update({ file, bytes: held, total }) {
      if (current?.file !== file || held < current.held) {
        current?.view.end();
        current = { file, view: terminal.animated ? bar() : lines(terminal), begun: now(), held };
      }
      const elapsed = now() - current.begun;
      const pace = paceOf(held - current.held, held, total, elapsed);
      current.view.show({ file, bytes: held, total, pace, elapsed });
    },
    end() {
      current?.view.end();
      current = undefined;
    },
  };
}

function paceOf(
  received: number,
  held: number,
  total: number | undefined,
  elapsed: number,
): string[] {
  if (received <= 0 || elapsed <= 0) return [];
  if (held === total) return [`in ${seconds(elapsed)}`];
  const rate = received / elapsed;
  const left = total === undefined ? [] : [`${seconds((total - held) / rate)} left`];
  return [`${bytes(rate)}/s`, ...left];
}

function bar(): FileView {
  const view = new cliProgress.SingleBar({
    format: ' {bar} {percentage}%  {file}  {amount}{pace}',
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 30,
    hideCursor: true,
    stream: process.stderr,
  });
  let started = false;
  return {
    show({ file, bytes: held, total, pace }) {
      const payload = {
        file,
        amount: amount(held, total),
        pace: pace.map((part) => `  ${part}`).join(''),
      };
      if (!started) view.start(total ?? held, held, payload);
      else view.update(held, payload);
      started = true;
    },
    end() {
      if (started) view.stop();
    },
  };
}

function lines(terminal: Terminal): FileView {
  let next = LINE_INTERVAL;
  return {
    show({ file, bytes: held, total, pace, elapsed }) {
      if (elapsed < next && held !== total) return;
      next = elapsed + LINE_INTERVAL;
      terminal.note([file, amount(held, total), ...pace].join(', '));
    },
    end() {
      next = Infinity;
    },
  };
}

function amount(held: number, total: number | undefined): string {
  return total === undefined || held === total ? bytes(held) : `${bytes(held)} of ${bytes(total)}`;
}
