import { expect, it } from 'vitest';
import { cpuSeconds, cpuSecondsOf, inRounds } from './rounds.ts';

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

it('counts it of work that waits, and not the waiting', async () => {
  const taken = await cpuSecondsOf(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const end = process.cpuUsage().user + 50_000;
    while (process.cpuUsage().user < end);
  });
  expect(taken).toBeGreaterThanOrEqual(0.05);
});
