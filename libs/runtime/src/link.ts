/** Joins a shard at work to the thread that started it. */
export interface ShardLink {
  /** Whether the shard is to stop. */
  stopRequested(): boolean;
  /** Tells the part of the shard that is done, 0 to 1. */
  report(fraction: number): void;
  /** Tells whether the shard is writing, which takes its time and should not be cut short. */
  setWriting(writing: boolean): void;
}

const CELLS = { stop: 0, done: 1, writing: 2, begun: 3 };
const DONE_UNITS = 1e9;

/** A link between threads: memory that both see, so neither has to wait for the other's messages. */
export class SharedLink implements ShardLink {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(buffer = new SharedArrayBuffer(4 * Object.keys(CELLS).length)) {
    this.buffer = buffer;
    this.#cells = new Int32Array(buffer);
  }

  requestStop(): void {
    Atomics.store(this.#cells, CELLS.stop, 1);
  }

  stopRequested(): boolean {
    return Atomics.load(this.#cells, CELLS.stop) === 1;
  }

  report(fraction: number): void {
    Atomics.store(this.#cells, CELLS.done, Math.floor(fraction * DONE_UNITS));
  }

  /** What was reported last. */
  get done(): number {
    return Atomics.load(this.#cells, CELLS.done) / DONE_UNITS;
  }

  setWriting(writing: boolean): void {
    Atomics.store(this.#cells, CELLS.writing, Number(writing));
  }

  get writing(): boolean {
    return Atomics.load(this.#cells, CELLS.writing) === 1;
  }

  /** Tells that the other thread has the shard in hand. */
  setBegun(): void {
    Atomics.store(this.#cells, CELLS.begun, 1);
  }

  get begun(): boolean {
    return Atomics.load(this.#cells, CELLS.begun) === 1;
  }
}
