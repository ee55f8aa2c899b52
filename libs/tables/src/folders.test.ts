import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolders } from './folders.ts';

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resdiff-folders-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it('makes a folder with those above it, once or again', async () => {
  const path = join(scratch(), 'a/b/c');
  await makeFolders(path);
  await makeFolders(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

it('fails where a part of the path is a file', async () => {
  const file = join(scratch(), 'file');
  writeFileSync(file, '');
  await expect(makeFolders(join(file, 'a/b'))).rejects.toThrow('ENOTDIR');
});

it.runIf(process.platform === 'linux')('fails in /proc in place of never ending', async () => {
  await expect(makeFolders('/proc/resdiff/a')).rejects.toThrow('ENOENT');
});
