import { project } from '../../vitest.shared.ts';

// Modules are spied on, so files do not share them; and those with Slurm wait more than they work.
export default project('runtime', { isolate: true, maxWorkers: 4 });
