// Submits one shard of the run folder given, with the Slurm of the environment.
import { submitRun } from '../src/slurm/index.ts';

const [folder = ''] = process.argv.slice(2);
await submitRun({
  folder,
  name: 'child',
  shards: [{ id: 'a', cost: 1 }],
  options: {},
  commands: () => ({ work: ['bash', '-c', 'sleep 60', 'task'], merge: ['true'] }),
});
