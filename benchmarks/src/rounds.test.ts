import { expect, it } from 'vitest';
import { cpuSeconds, inRounds } from './rounds.ts';

it('measures in turns, forwards and backwards', async () => {
  const order: string[] = [];
  const measure = (name: string) => () => order.push(name);
  const values = await inRounds(3, { a: measure('a'), b: measure('b') });
  expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
  expect(values).toEqual({ a: [1, 4, 5], b: [2, 3, 6] });
});

it('counts the CPU time that the work took', () => {
  const taken = cpuSeconds(() => {
    const end = process.cpuUsage().user + 50_000;
    while (process.cpuUsage().user < end);
  });
  expect(taken).toBeGreaterThanOrEqual(0.05);
});
