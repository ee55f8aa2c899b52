import js from '@eslint/js';
import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/**
 * The layers: a project may import only what stands behind its name, so imports run downwards.
 * `pure` projects compute: they never touch files, processes or the clock.
 */
const layers = {
  'libs/random': { uses: [], pure: true },
  'libs/networks': { uses: ['random'], pure: true },
  'libs/limits': { uses: ['networks', 'random'], pure: true },
  'libs/sampler': { uses: ['networks', 'random'], pure: true },
  'libs/analysis': { uses: ['networks', 'random'], pure: true },
  'libs/trainer': { uses: ['networks', 'random'], pure: true },
  'libs/mnist': { uses: ['random', 'tables'] },
  'libs/figures': { uses: ['networks', 'random'] },
  'libs/tables': { uses: [] },
  'libs/runtime': { uses: ['tables'] },
  'libs/experiments': {
    uses: [
      'sampler',
      'trainer',
      'limits',
      'analysis',
      'mnist',
      'figures',
      'networks',
      'random',
      'runtime',
      'tables',
    ],
  },
  'apps/cli': { uses: ['experiments', 'limits', 'mnist', 'networks', 'runtime', 'tables'] },
  benchmarks: {
    uses: [
      'analysis',
      'experiments',
      'limits',
      'mnist',
      'networks',
      'runtime',
      'sampler',
      'trainer',
      'random',
      'tables',
    ],
  },
};

const projects = ['apps', 'libs'].flatMap((group) =>
  readdirSync(new URL(group, import.meta.url)).map((name) => `${group}/${name}`),
);
const unlayered = projects.filter((project) => !(project in layers));
if (unlayered.length > 0) {
  throw new Error(`eslint.config.js: give ${unlayered.join(', ')} a place in the layers`);
}

const layerRules = Object.entries(layers).map(([project, { uses, pure }]) => ({
  files: [`${project}/src/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^@resdiff/(?!(${uses.join('|') || '-'})$)`,
            message: `${project} may import only: ${uses.join(', ') || 'no other project'} (see the layers in eslint.config.js).`,
          },
          {
            regex: '(\\.\\./)+(apps|libs)/',
            message: 'Import another project by its package name.',
          },
          ...(pure
            ? [
                {
                  regex: '^node:|^(fs|os|path|child_process|worker_threads)$',
                  message: `${project} computes: files, processes and the clock belong to runtime and experiments.`,
                },
              ]
            : []),
        ],
      },
    ],
    ...(pure
      ? {
          'no-restricted-globals': ['error', 'process', 'Date', 'performance', 'fetch'],
          'no-restricted-properties': [
            'error',
            { object: 'Math', property: 'random', message: 'Draw from a Philox stream.' },
          ],
        }
      : {}),
  },
}));

export default tseslint.config(
  {
    ignores: ['**/dist/', '**/node_modules/', '.nx/', 'runs/', 'data/', 'libs/sampler/kernel/'],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.shared.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  ...layerRules,
);
