// What tests run in threads and processes of their own is bundled once for all of them: loaded
// from source, each would compile it anew, which takes longer than most of the tests.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { TestProject } from 'vitest/node';
import { loadedAsInstalled } from '../../../rolldown.shared.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the bundle, as a URL that ends in a slash. */
    readonly bundle: string;
  }
}

/** Bundles modules, by name, in a folder that is removed after all tests. */
export async function bundle(
  modules: Readonly<Record<string, URL>>,
  { provide }: TestProject,
): Promise<() => Promise<void>> {
  // From there, Node finds what is not in the bundle.
  const cache = new URL('../../../node_modules/.cache/', import.meta.url);
  const folder = new URL(`resdiff-test-bundle-${randomUUID()}/`, cache);
  const bundled = await rolldown({
    input: Object.fromEntries(
      Object.entries(modules).map(([name, url]) => [name, fileURLToPath(url)]),
    ),
    platform: 'node',
    external: loadedAsInstalled,
    resolve: { conditionNames: ['@resdiff/source', 'import', 'node'] },
    experimental: { resolveNewUrlToAsset: true },
    logLevel: 'warn',
  });
  await bundled.write({
    dir: fileURLToPath(folder),
    // Without a package.json, only this ending makes a module of a file.
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  });
  await bundled.close();
  provide('bundle', folder.href);
  return () => rm(folder, { recursive: true, force: true });
}

const names = [
  ...['broken-worker', 'device-worker', 'draws-worker', 'units-worker'],
  ...['lock-child', 'run-child', 'submit-child', 'units-child', 'work-child'],
];

export function setup(project: TestProject): Promise<() => Promise<void>> {
  const modules: Record<string, URL> = {
    'device-child': new URL('../src/executors/device-child.ts', import.meta.url),
  };
  for (const name of names) modules[name] = new URL(`${name}.ts`, import.meta.url);
  return bundle(modules, project);
}
