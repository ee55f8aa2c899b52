import { expect, it } from 'vitest';
import { ceilingOf, type Operations } from './operations.ts';

const rates: Operations = { multiplyAdds: 100, products: 10, roots: 20, bytes: 50, kernels: 5 };

it('finds what binds, and what part of the time it would take', () => {
  const work = { multiplyAdds: 100, products: 20, roots: 20, bytes: 50, kernels: 1 };
  // At their rates 1, 2, 1, 1 and 0.2 seconds.
  expect(ceilingOf(work, [4, 2.5], [rates, rates])).toEqual({
    binds: 'products',
    percents: [50, 80],
  });
});

it('takes the limits of each round, and what binds over all of them', () => {
  const work = { multiplyAdds: 0, products: 0, roots: 0, bytes: 100, kernels: 5 };
  const slower = { ...rates, bytes: 25 };
  expect(ceilingOf(work, [10, 10], [rates, slower])).toEqual({
    binds: 'bytes',
    percents: [20, 40],
  });
  expect(ceilingOf({ ...work, kernels: 40 }, [10, 10], [rates, slower]).binds).toBe('kernels');
});
