import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { workerData as given } from 'node:worker_threads';
import { serveShards } from '../src/worker.ts';
import { computeDraws } from './draws.ts';

/** How the worker is to behave; the kinds of misbehaviour by shard id. */
export interface DrawsWorkerData {
  readonly delayMs?: number;
  readonly misbehave?: Readonly<Record<string, 'throw' | 'exit' | 'spin' | 'disk-full'>>;
}

const { delayMs = 0, misbehave = {} } = (given ?? {}) as DrawsWorkerData;

export default serveShards(async (task) => {
  await setTimeout(delayMs);
  switch (misbehave[task.shard.id]) {
    case 'throw':
      throw new RangeError('width 0 is too narrow');
    case 'exit':
      return process.exit(3);
    case 'spin':
      for (;;);
    case 'disk-full':
      writeFileSync('/dev/full', 'no room');
      break;
    case undefined:
  }
  return computeDraws(task);
});
