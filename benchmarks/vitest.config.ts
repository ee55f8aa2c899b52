import { builtProject } from '../vitest.shared.ts';

export default builtProject('benchmarks');
