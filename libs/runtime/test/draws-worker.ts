import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { workerData as given } from 'node:worker_threads';
import { serveShards } from '../src/worker.ts';
import { computeDraws } from './draws.ts';

/** How the worker is to behave; the kinds of misbehaviour by shard id. */
export interface DrawsWorkerData {
  readonly delayMs?: number;
  readonly misbehave?: Readonly<
    Record<string, 'throw' | 'exit' | 'hang' | 'spin' | 'disk-full' | 'fail-later'>
  >;
  /** The attempt from which on shards do not misbehave any more, counted from 1 in `log`. */
  readonly recoverAt?: number;
  /** A file that gets the id of each shard as it is begun. */
  readonly log?: string;
}

const { delayMs = 0, misbehave = {}, recoverAt = Infinity, log } = (given ?? {}) as DrawsWorkerData;

/** How many times the shard was begun, this time included. */
function attempt(id: string): number {
  if (log === undefined) return 1;
  appendFileSync(log, `${id}\n`);
  const ids = readFileSync(log, 'utf8').split('\n');
  return ids.filter((each) => each === id).length;
}

export default serveShards(async (task) => {
  await setTimeout(delayMs);
  const { id } = task.shard;
  switch (attempt(id) < recoverAt ? misbehave[id] : undefined) {
    case 'throw':
      throw new RangeError('width 0 is too narrow');
    case 'exit':
      return process.exit(3);
    case 'hang':
      // As deaf as a loop, but leaves the processor to others.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      break;
    case 'spin':
      for (;;);
    case 'disk-full':
      writeFileSync('/dev/full', 'no room');
      break;
    case 'fail-later':
      globalThis.setTimeout(() => {
        throw new Error('too late');
      }, 100);
      break;
    case undefined:
  }
  return computeDraws(task);
});
