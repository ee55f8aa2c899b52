import { builtProject } from '../vitest.shared.ts';

export default builtProject('tools', { maxWorkers: 2 });
