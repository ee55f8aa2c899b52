import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { testGpu } from '../test/gpu.ts';
import type { Row } from './benchmark.ts';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'resdiff-bench-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const gpu = await testGpu();

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

/** The rows of each benchmark. */
const counts = {
  draws: 8,
  inputs: 6,
  functions: 3,
  convolutional: 3,
  ntk: 2,
  normals: 5,
  training: 5,
  parquet: 2,
  merge: 6,
  workers: 11,
};
const gpuCounts = {
  'gpu-limits': 5,
  'gpu-normals': 2,
  'gpu-draws': 3,
  'gpu-functions': 3,
  'gpu-ntk': 3,
  'gpu-training': 4,
};

/** What can have no values here, and what the row then says. */
const absences = [
  /apt-get install/,
  /^PyTorch \S+ is built without CUDA$/,
  /^PyTorch \S+ finds no card by .+$/,
  /^no CUDA: .+/,
];

interface Document {
  readonly date: string;
  readonly machine: { readonly cpuModel: string };
  readonly versions: Readonly<Record<string, unknown>>;
  readonly gpu?: { readonly device: string; readonly software: boolean };
  readonly benchmarks: readonly { readonly name: string; readonly rows: readonly Row[] }[];
}

// All in one process, as every process imports PyTorch and NumPy anew.
it('prints and writes the rows of every benchmark', async () => {
  const file = join(scratch, 'numbers.json');
  const expected: Record<string, number> = gpu ? { ...counts, ...gpuCounts } : counts;
  const only = Object.keys(expected).flatMap((name) => ['--only', name]);
  const args = ['--quick', '--rounds', '1', '--json', file, ...only];
  const { code, stdout, stderr } = await bench(args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
  expect(document.date).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(document.machine.cpuModel).not.toBe('');
  expect(Object.keys(document.versions)).toEqual(['resdiff', 'torch', 'numpy']);
  expect(
    Object.fromEntries(document.benchmarks.map(({ name, rows }) => [name, rows.length])),
  ).toEqual(expected);
  const { torch, numpy } = document.versions;
  const hasPeers = torch !== null && numpy !== null;
  for (const { name, rows } of document.benchmarks) {
    for (const row of rows) {
      expect(stdout).toContain(row.subject);
      if (row.missing !== undefined) {
        expect(hasPeers && !name.startsWith('gpu-')).toBe(false);
        expect(row.subject).toMatch(/PyTorch|NumPy|CUDA/);
        expect(absences.some((absence) => absence.test(row.missing!))).toBe(true);
        expect(row.values).toEqual([]);
        expect(stdout).toContain(row.missing);
        continue;
      }
      expect(row.values).toHaveLength(1);
      for (const value of [...row.values, ...(row.ours ?? [])]) expect(value).toBeGreaterThan(0);
      // A program that does as a GPU has no ceiling and is held to no bar.
      if (gpu?.software && name.startsWith('gpu-')) {
        expect(Object.keys(row).sort()).toEqual(['subject', 'unit', 'values']);
      }
    }
  }
  if (!gpu) return;
  expect(document.gpu).toMatchObject({ device: 'webgpu:0', software: gpu.software });
  expect(stdout).toContain(`webgpu:0: ${gpu.name}`);
  expect(stdout.includes('no figure below says anything of a card')).toBe(gpu.software);
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

it.skipIf(!gpu?.software)('refuses to take a program for a card at whole sizes', async () => {
  const { code, stderr } = await bench(['--only', 'gpu-draws']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/--device webgpu:0: is .*, a program on the processor: .*--quick only/);
});
