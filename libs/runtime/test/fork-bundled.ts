// Makes a process of a device load its module from the bundle, as other children of tests do.
import type * as ChildProcess from 'node:child_process';
import { inject, vi } from 'vitest';
import { FROM_SOURCE } from './support.ts';

vi.mock('node:child_process', async (original) => {
  const node = await original<typeof ChildProcess>();
  const fork = (module: URL, options: ChildProcess.ForkOptions) => {
    if (options.env?.[FROM_SOURCE]) return node.fork(module, options);
    const bundled = new URL(module.pathname.replace(/.*\/(.*)\.ts$/, '$1.mjs'), inject('bundle'));
    return node.fork(bundled, { ...options, execArgv: [] });
  };
  return { ...node, fork };
});
