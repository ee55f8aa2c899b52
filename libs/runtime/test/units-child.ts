// Runs `unitsPlan` in a process of its own.
import { executeRun, poolExecutor } from '../src/index.ts';
import { unitsPlan } from './units.ts';

const [folder = '', log, delayMs, units = ''] = process.argv.slice(2);
const executor = poolExecutor({
  worker: new URL(import.meta.resolve('./units-worker.mjs')),
  workers: 1,
  workerData: { log, delayMs: Number(delayMs) },
});
const run = await executeRun(unitsPlan(units.split(',').map(Number)), { folder, executor });
run.complete();
await executor.close();
