import type { Gpu } from './gpu/gpu.ts';
import type { Ceiling } from './gpu/operations.ts';

/** Some of our work, and the same work by a peer, measured side by side in one run. */
export interface Benchmark {
  readonly name: string;
  /** What is measured, in a line. */
  readonly description: string;
  run(options: BenchmarkOptions): Promise<readonly Row[]>;
}

/** One whose work is done on a GPU. */
export interface GpuBenchmark extends Omit<Benchmark, 'run'> {
  run(options: BenchmarkOptions, gpu: Gpu): Promise<readonly Row[]>;
}

export interface BenchmarkOptions {
  /** How many times everything is measured, in turns. */
  readonly rounds: number;
  /** Small sizes, to see that it works; the figures mean nothing. */
  readonly quick: boolean;
}

/** A line of the table. */
export interface Row {
  readonly subject: string;
  /** Of the values: `ms a draw`, `s`, `MB`. */
  readonly unit: string;
  /** One a round; none where it could not be measured. */
  readonly values: readonly number[];
  /** How many times as fast ours did the same work, one a round. */
  readonly ours?: readonly number[];
  /** How near the work came to a limit of the card that it was done on. */
  readonly ceiling?: Ceiling;
  /** What the median is to reach: that of `ours` where there is one, else that of `ceiling` or `values`. */
  readonly bar?: string;
  /** Why there are no values, and what to do about it. */
  readonly missing?: string;
}
