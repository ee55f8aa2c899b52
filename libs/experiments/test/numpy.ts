import { spawnSync } from 'node:child_process';

/** A system's own Python often has what the first on the path has not. */
const pythons = ['python3', '/usr/bin/python3'];

const findsNumpy = 'import importlib.util; exit(importlib.util.find_spec("numpy") is None)';

const python = pythons.find(
  (python) => spawnSync(python, ['-c', findsNumpy], { stdio: 'ignore' }).status === 0,
);

/** Whether tests against NumPy can run; where all tests have to, they fail without it. */
export const hasNumpy = python !== undefined || Boolean(process.env.CI);

/** What NumPy is given: numbers, and arrays row by row. */
export type NumpyInput = Readonly<
  Record<string, number | string | ArrayLike<number> | readonly string[]>
>;

/**
 * Runs a script that finds its input as the dictionary `given` of numbers and flat arrays, and that
 * leaves its answer in `answer`.
 */
export function numpy(script: string, input: NumpyInput): Record<string, unknown> {
  return numpyOnEach(script, [input])[0];
}

/** The same for many inputs, one after another in one process. */
export function numpyOnEach(
  script: string,
  inputs: readonly NumpyInput[],
): Record<string, unknown>[] {
  const plain = inputs.map((input) =>
    Object.fromEntries(
      Object.entries(input).map(([name, value]) => [
        name,
        typeof value === 'object' ? Array.from(value as ArrayLike<unknown>) : value,
      ]),
    ),
  );
  const program = [
    'import json, sys, numpy as np',
    'answers = []',
    'for inputs in json.load(sys.stdin):',
    '    given = {k: np.array(v) if isinstance(v, list) else v for k, v in inputs.items()}',
    ...script.split('\n').map((line) => `    ${line}`),
    '    answers.append(answer)',
    'json.dump(answers, sys.stdout)',
  ].join('\n');
  const { status, stdout, stderr } = spawnSync(python ?? 'python3', ['-c', program], {
    input: JSON.stringify(plain),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, OPENBLAS_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(`NumPy failed: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>[];
}
