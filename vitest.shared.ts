import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** The test settings that every project shares; `overrides` are merged into `test`. */
export function project(name: string, overrides: ViteUserConfig['test'] = {}): ViteUserConfig {
  const conditions = ['@resdiff/source', 'module', 'node', 'default'];
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: { ...shared(name), ...overrides },
  });
}

/** The same for a project whose tests run what is built: they import the other projects as built too. */
export function builtProject(name: string, overrides: ViteUserConfig['test'] = {}): ViteUserConfig {
  const server = { deps: { external: [/\/dist\//] } };
  return defineConfig({ test: { ...shared(name), server, ...overrides } });
}

function shared(name: string): ViteUserConfig['test'] {
  return {
    name,
    // The files of a project share what they import, as none changes it.
    isolate: false,
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: `${import.meta.dirname}/.test-results/${name}.json` }]]
      : ['default'],
  };
}
