import { inject, vi } from 'vitest';

vi.mock('../src/worker-module.ts', () => ({
  workerModule: () => new URL('worker.mjs', inject('bundle')),
}));
