import { builtProject } from '../../vitest.shared.ts';

// Each file has a scratch folder of its own, and those with Slurm an environment, in which they wait
// more than they work.
export default builtProject('resdiff', { isolate: true, maxWorkers: 3 });
