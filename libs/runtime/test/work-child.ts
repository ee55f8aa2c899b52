// Works on the shards of a run in a process of its own, from a moment that others share.
import { foundManifest, poolExecutor, workOnShards } from '../src/index.ts';
import { drawsPlan } from './draws.ts';

const [folder = '', start] = process.argv.slice(2);
const { shards } = await foundManifest(folder);
const executor = poolExecutor({
  worker: new URL(import.meta.resolve('./draws-worker.mjs')),
  workers: 2,
});
while (Date.now() < Number(start));
const { schema } = drawsPlan({ draws: 1, shardSize: 1 });
const ids = shards.map(({ id }) => id);
const { done } = await workOnShards(folder, ids, { executor, schema });
console.log(String(done.length));
await executor.close();
