import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldersOf, temporaryFolder, writeSet } from '../test/support.ts';
import { dataFolders } from './folders.ts';
import { openDataset, resolveDataset } from './resolve.ts';

const root = temporaryFolder();
const synthetic = { kind: 'synthetic', name: 'synthetic', seed: 0, train: 60_000, test: 10_000 };

describe('resolveDataset', () => {
  it('lets synthetic digits stand in for MNIST, and warns', () => {
    const { location, warning } = resolveDataset('mnist', foldersOf(root));
    expect(location).toEqual(synthetic);
    expect(warning).toBe(
      `MNIST was not found in ${join(root, 'data/mnist')}, ${join(root, '../shared/data/mnist')}: ` +
        'synthetic digits stand in for it, and what is computed from them says nothing of MNIST. ' +
        'Fetch it with: resdiff data fetch mnist.',
    );
  });

  it('gives them without a warning where they are asked for', () => {
    expect(resolveDataset('synthetic', foldersOf(root))).toEqual({ location: synthetic });
  });

  it('lets nothing stand in where the user named a folder, nor for other sets, nor for a part', () => {
    const cwd = join(root, 'cwd');
    mkdirSync(join(cwd, 'empty'), { recursive: true });
    const explicit = dataFolders({ explicit: 'empty', env: {}, cwd });
    const named = { cwd, folders: explicit.folders.slice(0, 1) };
    expect(() => resolveDataset('mnist', named)).toThrow(/MNIST was not found in/);
    expect(() => resolveDataset('fashion-mnist', foldersOf(cwd))).toThrow(/not found/);
    writeSet(join(cwd, 'data/mnist'), { testLabels: null });
    expect(() => resolveDataset('mnist', foldersOf(cwd))).toThrow(/has no test-labels/);
  });

  it('opens what is there', async () => {
    const cwd = join(root, 'other');
    const folder = writeSet(join(cwd, 'data/mnist'));
    const { dataset, warning } = await openDataset('mnist', foldersOf(cwd), { verify: false });
    expect(dataset.source).toBe(`MNIST from ${folder}`);
    expect(warning).toBeUndefined();
  });
});
