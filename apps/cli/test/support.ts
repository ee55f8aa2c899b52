import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, type TestContext } from 'vitest';
import { bin, figure2, root, set, sha256, spawned, type Outcome, type Started } from './command.ts';

export * from './command.ts';

/** Runs what is to be refused, and returns what it says once it is sure that nothing was written. */
export async function refusal(words: readonly string[], cwd = scratch()): Promise<string> {
  const before = changeTimes(cwd);
  const { code, stdout, stderr } = await resdiff(words, cwd);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(changeTimes(cwd)).toEqual(before);
  expect(stderr).not.toContain('    at ');
  return stderr;
}

/** A run of figure 2 that takes a second; options after these go before them. */
export const small = ['run', figure2, '--workers=1', ...set({ draws: 60, width: 16, depth: 12 })];

const scratches = mkdtempSync(join(tmpdir(), 'resdiff-cli-'));
afterAll(() => rmSync(scratches, { recursive: true, force: true }));

/** A new folder that holds the pipeline; removed after the tests of the file. */
export function scratch(): string {
  const folder = mkdtempSync(join(scratches, 'x'));
  copyFileSync(join(root, 'pipelines', figure2), join(folder, figure2));
  return folder;
}

/** Starts the command as a user does, its output piped. */
export function start(
  words: readonly string[],
  cwd = scratch(),
  variables: Readonly<Record<string, string>> = {},
): Started {
  return spawned(process.execPath, [bin, ...words], cwd, variables);
}

/** Runs the command to its end. */
export function resdiff(words: readonly string[], cwd?: string): Promise<Outcome> {
  return start(words, cwd).ended;
}

/** Runs a line of shell in which `resdiff` is the command. */
export function shell(line: string, cwd = scratch()): Promise<Outcome> {
  const words = [process.execPath, bin].map((word) => `'${word}'`).join(' ');
  return spawned('sh', ['-c', `resdiff() { ${words} "$@"; }; ${line}`], cwd).ended;
}

/** The same, with `script` of util-linux as the terminal; `stdout` is what the terminal shows. */
export function inTerminal(line: string, cwd: string): Promise<Outcome> {
  const command = line.replace('resdiff', `'${process.execPath}' '${bin}'`);
  return spawned('script', ['-qec', command, '/dev/null'], cwd).ended;
}

/** A word as the command quotes it for a shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}

/** Skips the test where a program of the system is missing. */
export function need(program: string, { skip }: Pick<TestContext, 'skip'>): void {
  if (spawnSync('which', [program]).status !== 0) skip(`${program} is not installed here`);
}

/** Mounts a memory file system of its own at `folder`; skips the test where that is not allowed. */
export function mountSmall(
  folder: string,
  options: string,
  { skip, onTestFinished }: Pick<TestContext, 'skip' | 'onTestFinished'>,
): void {
  const { status, error, stderr } = mount('-t', 'tmpfs', '-o', options, 'tmpfs', folder);
  if (status !== 0) {
    skip(`no file system can be mounted here: ${error?.message ?? stderr.trim()}`);
  }
  onTestFinished(() => void spawnSync('umount', ['--lazy', folder]));
}

export function mount(...words: string[]) {
  return spawnSync('mount', words, { encoding: 'utf8' });
}

/** Resolves once `condition` holds, which is looked at every few milliseconds, or the process ends. */
export async function until(condition: () => boolean, { ended }: Started): Promise<void> {
  let over = false;
  void ended.then(() => (over = true));
  while (!over && !condition()) await new Promise((resolve) => setTimeout(resolve, 3));
}

/** What a run leaves that does not depend on how it went. */
export const results = ['draws.arrow', 'draws.parquet', 'figure.png', 'figure.svg', 'summary.json'];

/** The SHA-256 of each of the results. */
export function resultsOf(folder: string, names = results): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, sha256(join(folder, name))]));
}

/** When each file below a folder was last changed, in nanoseconds. */
export function changeTimes(folder: string): Record<string, bigint> {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names.map((name) => [name, statSync(join(folder, name), { bigint: true }).mtimeNs]),
  );
}
