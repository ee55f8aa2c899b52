import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Row } from './benchmark.ts';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** What a shell would see of `node dist/main.js ...args`. */
async function bench(args: readonly string[], env = process.env) {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, ...args], {
      env,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

async function numbers(...args: string[]) {
  const file = join(mkdtempSync(join(tmpdir(), 'resdiff-bench-test-')), 'numbers.json');
  const { code, stdout, stderr } = await bench(['--quick', '--json', file, ...args]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const document = JSON.parse(readFileSync(file, 'utf8')) as {
    date: string;
    machine: { cpuModel: string };
    versions: Record<string, unknown>;
    benchmarks: { name: string; rows: Row[] }[];
  };
  return { stdout, document };
}

it.each([
  ['draws', 8, 1],
  ['inputs', 6, 1],
  ['functions', 3, 1],
  ['ntk', 2, 1],
  ['normals', 5, 2],
  ['training', 5, 1],
  ['parquet', 2, 2],
  ['merge', 6, 2],
  ['workers', 11, 1],
])('%s prints and writes %i rows', { timeout: 180_000 }, async (name, count, rounds) => {
  const { stdout, document } = await numbers('--only', name, '--rounds', String(rounds));
  expect(document.date).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(document.machine.cpuModel).not.toBe('');
  expect(Object.keys(document.versions)).toEqual(['resdiff', 'torch', 'numpy']);
  expect(document.benchmarks.map((benchmark) => benchmark.name)).toEqual([name]);
  const [{ rows }] = document.benchmarks;
  expect(rows).toHaveLength(count);
  for (const row of rows) {
    expect(stdout).toContain(row.subject);
    if (row.missing !== undefined) {
      expect(row.values).toEqual([]);
      expect(stdout).toContain('apt-get install');
      continue;
    }
    expect(row.values).toHaveLength(rounds);
    expect(row.ours ?? row.values).toHaveLength(rounds);
    for (const value of [...row.values, ...(row.ours ?? [])]) expect(value).toBeGreaterThan(0);
  }
});

it('says how to get the peers where they are missing and measures ours all the same', async () => {
  // No Python starts with a home that does not exist.
  const env = { ...process.env, PYTHONHOME: '/nonexistent' };
  const { code, stdout } = await bench(['--quick', '--only', 'draws', '--rounds', '1'], env);
  expect(code).toBe(0);
  expect(stdout).toContain('PyTorch not found; NumPy not found');
  expect(stdout).toMatch(/recursion: resdiff, collapsed +\d/);
  expect(stdout).toMatch(
    /PyTorch, one network at a time +- +no PyTorch here; on Debian: apt-get install python3-torch/,
  );
  expect(stdout).toMatch(
    /NumPy, one network at a time +- +no NumPy here; on Debian: apt-get install python3-numpy/,
  );
});

it('ends with 2 and its usage on a bad command line', async () => {
  const { code, stdout, stderr } = await bench(['--only', 'everything']);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('--only everything: must be one of draws, inputs');
  expect(stderr).toContain('Usage: npm run bench -- [options]');
});
