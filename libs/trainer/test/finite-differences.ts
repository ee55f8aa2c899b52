import type { Tensors } from './reference.ts';

/** The slopes of a function of tensors, by central differences. */
export function finiteDifferences(at: Tensors, f: (tensors: Tensors) => number): Tensors {
  const step = 1e-4;
  return Object.fromEntries(
    Object.entries(at).map(([name, tensor]) => [
      name,
      tensor.map((_, i) => {
        const moved = (by: number) => ({
          ...at,
          [name]: tensor.map((value, j) => (j === i ? value + by : value)),
        });
        return (f(moved(step)) - f(moved(-step))) / (2 * step);
      }),
    ]),
  );
}
