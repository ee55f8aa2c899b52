import { project } from '../../vitest.shared.ts';

export default project('runtime', {
  globalSetup: 'test/bundle.ts',
  setupFiles: 'test/fork-bundled.ts',
  // Files with Slurm wait more than they work.
  maxWorkers: 4,
});
