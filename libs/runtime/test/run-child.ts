// Runs `drawsPlan` in a process of its own and says on stdout how many shards are done.
import { executeRun, poolExecutor } from '../src/index.ts';
import { drawsPlan } from './draws.ts';

const [folder = '', draws, shardSize, delayMs] = process.argv.slice(2);
const executor = poolExecutor({
  worker: new URL(import.meta.resolve('./draws-worker.mjs')),
  workers: 2,
  workerData: { delayMs: Number(delayMs) },
});
const run = await executeRun(drawsPlan({ draws: Number(draws), shardSize: Number(shardSize) }), {
  folder,
  executor,
  onProgress: ({ done }) => console.log(`done ${done}`),
});
console.log('merged');
// Whoever kills it now has the time to do so.
await new Promise((resolve) => setTimeout(resolve, 1000));
run.complete();
await executor.close();
