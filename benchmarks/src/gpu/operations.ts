/** What a card does in a second, or what some work takes. */
export interface Operations {
  /** Of f32: additions, multiplications, or one of each at once. */
  readonly multiplyAdds: number;
  /** Of two words of 32 bits, to both words of the product, as a round of Philox has two. */
  readonly products: number;
  /** Square roots and reciprocals. */
  readonly roots: number;
  /** From memory or to it. */
  readonly bytes: number;
  /** Kernels that wait for one another. */
  readonly kernels: number;
}

export type Operation = keyof Operations;

export const operations: Readonly<Record<Operation, string>> = {
  multiplyAdds: 'multiply-adds',
  products: 'products of words',
  roots: 'roots and reciprocals',
  bytes: 'memory',
  kernels: 'kernels in sequence',
};

/** How near some work comes to what the card could do at most. */
export interface Ceiling {
  /** What it has least of. */
  readonly binds: Operation;
  /** Of the time that the work took, what it would take at the card's rate of that; one a round. */
  readonly percents: readonly number[];
}

/**
 * Holds the seconds that some work took against the card's limits in the same rounds. The work cannot
 * take less time than that of its operations of any one kind, and what asks for most time binds.
 */
export function ceilingOf(
  work: Operations,
  seconds: readonly number[],
  limits: readonly Operations[],
): Ceiling {
  const percents = (kind: Operation) =>
    seconds.map((taken, round) => (100 * work[kind]) / limits[round][kind] / taken);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const kinds = Object.keys(operations) as Operation[];
  const most = kinds
    .map((binds) => ({ binds, percents: percents(binds) }))
    .toSorted((a, b) => sum(b.percents) - sum(a.percents));
  return most[0];
}
