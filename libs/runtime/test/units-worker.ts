import { workerData } from 'node:worker_threads';
import { serveShards } from '../src/worker.ts';
import { computeUnits, type UnitsOptions } from './units.ts';

/** What the threads are told; the kinds of misbehaviour by shard id. */
export interface UnitsWorkerData extends Omit<UnitsOptions, 'before'> {
  readonly misbehave?: Readonly<Record<string, 'throw' | 'write-slowly' | 'environment'>>;
}

const { misbehave = {}, ...options } = workerData as UnitsWorkerData;

export default serveShards(async (task, context) => {
  switch (misbehave[task.shard.id]) {
    case 'throw':
      throw new RangeError('depth 0 is too shallow');
    case 'write-slowly':
      while (!context.signal.aborted) context.progress(0.5);
      await context.checkpoint.write(slowly());
      return context.signal.throwIfAborted() as never;
    case 'environment':
      throw new Error(`${process.env.RESDIFF_DATA} with ${JSON.stringify(context.versions)}`);
    case undefined:
      return computeUnits(task, context, options);
  }
});

function* slowly(): Generator<Uint8Array> {
  for (let chunk = 0; chunk < 10; chunk++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
    yield Uint8Array.of(chunk);
  }
}
