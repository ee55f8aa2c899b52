import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '../src/workspace.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resdiff-count-'));
  write('package.json', { workspaces: ['libs/*', 'bench'] });
  for (const [path, name] of [
    ['libs/a', 'a'],
    ['libs/b', 'other'],
  ]) {
    write(`${path}/vitest.config.ts`, `export default project('${name}');`);
    write(`${path}/src/deep/x.test.ts`, '');
  }
  write('libs/untested/src/x.ts', '');
  write('bench/vitest.config.ts', `export default project('bench');`);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, content: unknown): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

function report(name: string, statuses: string[][], fileStatus = 'passed'): void {
  const all = statuses.flat();
  const count = (status: string) => all.filter((each) => each === status).length;
  write(`.test-results/${name}.json`, {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('skipped'),
    numTodoTests: count('todo'),
    testResults: statuses.map((file) => ({
      status: file.includes('failed') ? 'failed' : fileStatus,
      assertionResults: file.map((status) => ({ status })),
    })),
  });
}

function countTests() {
  const script = join(root, 'tools/count-tests.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, folder], {
    encoding: 'utf8',
  });
  return { line: stdout.trim(), stderr, status };
}

test('adds up the reports', () => {
  report('a', [['passed', 'passed'], ['passed']]);
  report('other', [['passed']]);
  expect(countTests()).toEqual({ line: '4 passed, 0 failed', stderr: '', status: 0 });
});

test('tells of skipped tests', () => {
  report('a', [['passed', 'skipped', 'todo']]);
  report('other', [['passed']]);
  expect(countTests()).toMatchObject({ line: '2 passed, 0 failed, 2 skipped', status: 0 });
});

test('fails if a test failed', () => {
  report('a', [['passed', 'failed']]);
  report('other', [['passed']]);
  expect(countTests()).toMatchObject({ line: '2 passed, 1 failed', status: 1 });
});

test('counts a file that could not be loaded as a failure', () => {
  report('a', [['passed']]);
  report('other', [[]], 'failed');
  expect(countTests()).toMatchObject({ line: '1 passed, 1 failed', status: 1 });
});

test('fails, and prints the count, if a project with tests left no report', () => {
  report('a', [['passed']]);
  expect(countTests()).toEqual({
    line: '1 passed, 0 failed',
    stderr: 'libs/b has tests, but left no report of them\n',
    status: 1,
  });
});
