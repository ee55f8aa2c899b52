import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { dataFolders, type DataFolders } from '../src/folders.ts';

/** A folder for one test file, removed after its tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resdiff-mnist-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The bytes of an IDX file: a header written by hand, then the values as they are. */
export function idx(code: number, shape: readonly number[], values: readonly number[]): Buffer {
  const header = Buffer.from([0, 0, code, shape.length]);
  const sizes = shape.map((size) => Buffer.from([size >>> 24, size >>> 16, size >>> 8, size]));
  return Buffer.concat([header, ...sizes, Buffer.from(values)]);
}

export const fileNames = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

/** A set of 3 + 2 images of 2 x 2 and three classes. */
export const tiny: Readonly<Record<keyof typeof fileNames, Buffer>> = {
  trainImages: idx(8, [3, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255]),
  trainLabels: idx(8, [3], [0, 2, 1]),
  testImages: idx(8, [2, 2, 2], [11, 12, 13, 14, 15, 16, 17, 18]),
  testLabels: idx(8, [2], [1, 1]),
};

/** Writes the tiny set with some files changed; a file that is null is left out. */
export function writeSet(
  folder: string,
  changed: Partial<Record<keyof typeof fileNames, Uint8Array | null>> = {},
): string {
  mkdirSync(folder, { recursive: true });
  for (const [role, bytes] of Object.entries({ ...tiny, ...changed })) {
    if (bytes) writeFileSync(join(folder, fileNames[role as keyof typeof fileNames]), bytes);
  }
  return folder;
}

/** The data folders of someone who works in `cwd`, without those of the system. */
export function foldersOf(cwd: string, explicit?: string): DataFolders {
  const all = dataFolders({ explicit, env: {}, cwd });
  return { cwd, folders: all.folders.filter(({ path }) => !path.startsWith('/usr/')) };
}
