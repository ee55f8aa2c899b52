import { project } from '../../vitest.shared.ts';

// Each file has a scratch folder of its own, and those with Slurm an environment.
export default project('resdiff', { isolate: true });
