import { defineConfig, type ViteUserConfig } from 'vitest/config';

const conditions = ['@resdiff/source', 'module', 'node', 'default'];

/** The test settings that every project shares; `overrides` are merged into `test`. */
export function project(name: string, overrides: ViteUserConfig['test'] = {}): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      // The files of a project share what they import, as none changes it.
      isolate: false,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      testTimeout: 120_000,
      hookTimeout: 120_000,
      reporters: process.env.CI
        ? ['default', ['json', { outputFile: `${import.meta.dirname}/.test-results/${name}.json` }]]
        : ['default'],
      ...overrides,
    },
  });
}
