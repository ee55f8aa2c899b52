import { project } from '../../vitest.shared.ts';

export default project('experiments', {
  globalSetup: 'test/bundle.ts',
  setupFiles: 'test/bundled-worker.ts',
});
