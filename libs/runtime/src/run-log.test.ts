import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import { scratch } from '../test/support.ts';
import { isDone, newManifest } from './manifest.ts';
import { RunLog } from './run-log.ts';

const shards = 200;
const receiptOf = (id: string) => ({
  ...{ id, runId: '0123456789ab', rows: 1, file: `shards/${id}.arrow`, bytes: 1 },
  ...{ sha256: '0'.repeat(64), seconds: 1, device: 'cpu', notes: null },
});

/** A clock that the test sets, on which a write of the manifest takes `writeMs`. */
async function loggedRun(writeMs: number) {
  let now = 1e6;
  const writes: number[] = [];
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  const write = () => {
    writes.push(now);
    now += writeMs;
  };
  const plan = drawsPlan({ draws: shards, shardSize: 1 });
  const facts = { workers: 1, command: undefined };
  const log = new RunLog(await scratch(), newManifest(plan), new Map(), facts, write);
  const pass = (ms: number) => (now += ms);
  return { plan, log, writes, pass };
}

describe('RunLog', () => {
  it.each([
    ['once a second', 10, 1010],
    ['a twentieth of the time', 300, 6000],
  ])('writes the manifest %s at most, and once more at the end', async (_, writeMs, interval) => {
    const { plan, log, writes, pass } = await loggedRun(writeMs);
    log.start([]);
    for (const { id } of plan.shards) {
      pass(250);
      log.addReceipt(receiptOf(id));
    }
    const gaps = writes.slice(1).map((at, index) => at - writes[index]);
    expect(writes.length).toBeGreaterThan(5);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(interval);
    expect(Math.max(...gaps)).toBeLessThan(interval + 500);
    const before = writes.length;
    for (let k = 0; k < 30; k++) log.addArtifact({ file: `figure-${k}.svg`, bytes: 1, sha256: '' });
    expect(writes).toHaveLength(before);
    log.end('complete');
    expect(writes).toHaveLength(before + 1);
    expect(log.manifest.artifacts).toHaveLength(30);
    expect(log.manifest.shards.every(isDone)).toBe(true);
  });
});
