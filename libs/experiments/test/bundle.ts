// Worker threads and processes of tests load a bundle: from source, each would compile all projects.
import type { TestProject } from 'vitest/node';
import { bundle } from '../../runtime/test/bundle.ts';

export function setup(project: TestProject): Promise<() => Promise<void>> {
  const worker = new URL('../src/worker.ts', import.meta.url);
  const gpuChild = new URL('gpu-child.ts', import.meta.url);
  return bundle({ worker, 'gpu-child': gpuChild }, project);
}
