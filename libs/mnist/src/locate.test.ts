import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileNames, foldersOf, temporaryFolder, writeSet } from '../test/support.ts';
import { DataError } from './errors.ts';
import { dataFolders } from './folders.ts';
import { listDatasets, locateDataset } from './locate.ts';

const root = temporaryFolder();
let places = 0;
function newPlace(): string {
  const cwd = join(root, `place-${places++}`, 'cwd');
  mkdirSync(cwd, { recursive: true });
  return cwd;
}

describe('dataFolders', () => {
  it('lists them in order: --data, RESDIFF_DATA, ./data, ../shared/data, /usr/share/datasets', () => {
    const cwd = newPlace();
    mkdirSync(join(cwd, 'mine'));
    const { folders } = dataFolders({ explicit: 'mine', env: { RESDIFF_DATA: root }, cwd });
    expect(folders).toEqual([
      { path: join(cwd, 'mine'), from: 'user' },
      { path: root, from: 'environment' },
      { path: join(cwd, 'data'), from: 'default' },
      { path: join(cwd, '../shared/data'), from: 'default' },
      { path: '/usr/share/datasets', from: 'default' },
    ]);
    expect(dataFolders({ env: { RESDIFF_DATA: '' }, cwd }).folders).toHaveLength(3);
  });

  it('refuses what is given and is not a folder', () => {
    const cwd = newPlace();
    writeFileSync(join(cwd, 'file'), '');
    for (const path of ['none', 'file', '']) {
      expect(() => dataFolders({ explicit: path, env: {}, cwd })).toThrow(
        `--data is '${path}', which is not a folder`,
      );
    }
    expect(() => dataFolders({ env: { RESDIFF_DATA: 'none' }, cwd })).toThrow(
      "RESDIFF_DATA is 'none', which is not a folder",
    );
  });
});

describe('locateDataset', () => {
  it('takes the first folder that holds the set', () => {
    const cwd = newPlace();
    const last = writeSet(join(cwd, '../shared/data/mnist'));
    expect(locateDataset('mnist', foldersOf(cwd)).folder).toBe(last);
    const local = writeSet(join(cwd, 'data/mnist'));
    expect(locateDataset('mnist', foldersOf(cwd)).folder).toBe(local);
    const named = writeSet(join(cwd, 'named/mnist'));
    const environment = dataFolders({ env: { RESDIFF_DATA: 'named' }, cwd });
    expect(locateDataset('mnist', environment).folder).toBe(named);
    const bare = writeSet(join(cwd, 'bare'));
    const itself = dataFolders({ env: { RESDIFF_DATA: 'bare' }, cwd });
    expect(locateDataset('mnist', itself).folder).toBe(bare);
    const explicit = writeSet(join(cwd, 'explicit'));
    const both = dataFolders({ explicit, env: { RESDIFF_DATA: 'named' }, cwd });
    expect(locateDataset('mnist', both)).toEqual({
      kind: 'files',
      name: 'mnist',
      folder: explicit,
      files: [
        { role: 'train-images', path: join(explicit, fileNames.trainImages) },
        { role: 'train-labels', path: join(explicit, fileNames.trainLabels) },
        { role: 'test-images', path: join(explicit, fileNames.testImages) },
        { role: 'test-labels', path: join(explicit, fileNames.testLabels) },
      ],
    });
  });

  it('takes files directly in a folder only if the user named it', () => {
    const cwd = newPlace();
    writeSet(join(cwd, 'data'));
    expect(() => locateDataset('mnist', foldersOf(cwd))).toThrow(DataError);
  });

  it('prefers plain files, and knows the other spellings', () => {
    const cwd = newPlace();
    const folder = writeSet(join(cwd, 'data/mnist'), { testImages: null, testLabels: null });
    for (const name of [
      'train-images-idx3-ubyte.gz',
      't10k-images.idx3-ubyte.gz',
      't10k-labels.idx1-ubyte',
      'notes.txt',
      'train-images-idx3-ubyte.gz.partial',
    ]) {
      writeFileSync(join(folder, name), '');
    }
    expect(locateDataset('mnist', foldersOf(cwd)).files.map(({ path }) => path)).toEqual(
      [
        'train-images-idx3-ubyte',
        'train-labels-idx1-ubyte',
        't10k-images.idx3-ubyte.gz',
        't10k-labels.idx1-ubyte',
      ].map((name) => join(folder, name)),
    );
  });

  it('says where it looked and how to get the set', () => {
    const cwd = newPlace();
    let error: unknown;
    try {
      locateDataset('fashion-mnist', foldersOf(cwd));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toBe(
      `Fashion-MNIST was not found in ${join(cwd, 'data/fashion-mnist')}, ${join(cwd, '../shared/data/fashion-mnist')}.`,
    );
    expect((error as DataError).remedy).toBe(
      'Fetch it with: resdiff data fetch fashion-mnist, or on Debian: apt install dataset-fashion-mnist. Or say where it is with --data.',
    );
  });

  it('passes a part of a set over for a whole one, but not if the user named its folder', () => {
    const cwd = newPlace();
    const part = writeSet(join(cwd, 'data/mnist'), { trainLabels: null, testImages: null });
    const message = `${part} has no train-labels, no test-images.`;
    expect(() => locateDataset('mnist', foldersOf(cwd))).toThrow(message);
    const whole = writeSet(join(cwd, '../shared/data/mnist'));
    expect(locateDataset('mnist', foldersOf(cwd)).folder).toBe(whole);
    expect(() => locateDataset('mnist', foldersOf(cwd, 'data'))).toThrow(message);
    const environment = dataFolders({ env: { RESDIFF_DATA: 'data' }, cwd });
    expect(() => locateDataset('mnist', environment)).toThrow(message);
  });

  it('takes any other set by the path of its folder', () => {
    const cwd = newPlace();
    const folder = writeSet(join(cwd, 'letters'));
    for (const name of ['letters', './letters', folder]) {
      expect(locateDataset(name, foldersOf(cwd))).toMatchObject({ name: folder, folder });
    }
    mkdirSync(join(cwd, 'empty'));
    expect(() => locateDataset('empty', foldersOf(cwd))).toThrow(/empty has no train-images, no/);
    expect(() => locateDataset('./none', foldersOf(cwd))).toThrow(
      `given as './none', but ${join(cwd, 'none')} is not a folder`,
    );
    expect(() => locateDataset('mnsit', foldersOf(cwd))).toThrow(
      "There is no data set named 'mnsit': known are mnist, fashion-mnist, synthetic.",
    );
  });
});

describe('listDatasets', () => {
  it('lists what is known and what else is there', () => {
    const cwd = newPlace();
    const mnist = writeSet(join(cwd, 'data/mnist'));
    const other = writeSet(join(cwd, 'data/other'));
    writeSet(join(cwd, 'data/part'), { testLabels: null });
    const list = listDatasets(foldersOf(cwd));
    expect(list.map(({ name, known, location }) => [name, known?.title, location?.folder])).toEqual(
      [
        ['mnist', 'MNIST', mnist],
        ['fashion-mnist', 'Fashion-MNIST', undefined],
        [other, undefined, other],
      ],
    );
  });
});
