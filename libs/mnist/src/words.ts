import { counter, philox4x32, type Block, type StreamPosition } from '@resdiff/random';

const WORDS = 4;
const RANGE = 2 ** 32;

/** The random words of a stream, one after another. */
export class Words {
  readonly #position: StreamPosition;
  #blocks = 0;
  #block: Block = [0, 0, 0, 0];
  #used = WORDS;

  constructor(position: StreamPosition) {
    this.#position = position;
  }

  /** A word: an integer in [0, 2^32). */
  word(): number {
    if (this.#used === WORDS) {
      this.#block = philox4x32(counter(this.#position, this.#blocks++), this.#position.key);
      this.#used = 0;
    }
    return this.#block[this.#used++];
  }

  /**
   * An integer in [0, bound), each as likely as any other: words from the last, incomplete run of
   * `bound` are passed over.
   *
   * @param bound an integer from 1 to 2^32.
   */
  below(bound: number): number {
    const usable = RANGE - (RANGE % bound);
    let word;
    do word = this.word();
    while (word >= usable);
    return word % bound;
  }

  /** A number in [0, 1), a multiple of 2^-32. */
  uniform(): number {
    return this.word() / RANGE;
  }

  /** Swaps the first `count` elements each with itself or a later one (Fisher & Yates; Durstenfeld, 1964). */
  shuffle(elements: Int32Array, count = elements.length): void {
    for (let i = 0; i < count; i++) {
      const j = i + this.below(elements.length - i);
      const chosen = elements[j];
      elements[j] = elements[i];
      elements[i] = chosen;
    }
  }
}
