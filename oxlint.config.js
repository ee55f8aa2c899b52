import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

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
  throw new Error(`oxlint.config.js: give ${unlayered.join(', ')} a place in the layers`);
}

const others = (uses) =>
  projects.map((path) => basename(path)).filter((name) => !uses.includes(name));

const layerRules = Object.entries(layers).map(([project, { uses, pure }]) => ({
  files: [`${project}/src/**/*.ts`],
  excludeFiles: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^@resdiff/(?:(?:${others(uses).join('|')})$|[^/]+/)`,
            message: `${project} may import only: ${uses.join(', ') || 'no other project'} (see the layers in oxlint.config.js).`,
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

/** Beside all that is outright wrong, which the category `correctness` names. */
const errors = (...rules) => Object.fromEntries(rules.map((rule) => [rule, 'error']));

export default {
  plugins: ['eslint', 'typescript'],
  options: { typeAware: true },
  categories: { correctness: 'error' },
  ignorePatterns: [
    '**/dist/',
    '**/node_modules/',
    '.nx/',
    'runs/',
    'data/',
    'libs/sampler/kernel/',
  ],
  rules: errors(
    'no-case-declarations',
    'no-empty',
    'no-fallthrough',
    'no-prototype-builtins',
    'no-regex-spaces',
    'no-unexpected-multiline',
    'no-useless-assignment',
    'no-var',
    'prefer-const',
    'prefer-rest-params',
    'prefer-spread',
    'preserve-caught-error',
  ),
  overrides: [
    {
      files: ['**/*.ts'],
      rules: {
        ...errors(
          'no-array-constructor',
          'typescript/ban-ts-comment',
          'typescript/no-empty-object-type',
          'typescript/no-explicit-any',
          'typescript/no-misused-promises',
          'typescript/no-namespace',
          'typescript/no-require-imports',
          'typescript/no-unnecessary-type-assertion',
          'typescript/no-unnecessary-type-constraint',
          'typescript/no-unsafe-argument',
          'typescript/no-unsafe-assignment',
          'typescript/no-unsafe-call',
          'typescript/no-unsafe-enum-comparison',
          'typescript/no-unsafe-function-type',
          'typescript/no-unsafe-member-access',
          'typescript/no-unsafe-return',
          'typescript/only-throw-error',
          'typescript/prefer-promise-reject-errors',
          'typescript/require-await',
          'typescript/restrict-plus-operands',
        ),
        'typescript/no-misused-spread': 'off',
        'typescript/restrict-template-expressions': ['error', { allowNumber: true }],
      },
    },
    { files: ['**/*.{js,mjs}'], rules: { 'typescript/no-useless-default-assignment': 'off' } },
    ...layerRules,
  ],
};
