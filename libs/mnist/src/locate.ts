import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DataError, reasonOf } from './errors.ts';
import { isFolder, type DataFolders } from './folders.ts';
import { knownDataset, knownDatasets, roles, type KnownDataset, type Role } from './known.ts';
import type { FilesLocation } from './location.ts';

/** A data set that was found or was not, for a list. */
export interface DatasetEntry {
  readonly name: string;
  /** Set if it is known by name. */
  readonly known?: KnownDataset;
  /** Set if it was found. Its contents have not been looked at. */
  readonly location?: FilesLocation;
}

const filePattern = /^(train|t10k|test)[-_](images|labels)[-.]idx\d(-[a-z0-9]+)?(\.gz)?$/;

/** What the search for a known data set came to. */
export interface Search {
  readonly location?: FilesLocation;
  /** Folders that hold some of its files only, and what they lack. */
  readonly incomplete: readonly { readonly folder: string; readonly missing: readonly Role[] }[];
  readonly looked: readonly string[];
}

/**
 * Where a data set is: `mnist` or `fashion-mnist` in `<folder>/<name>` of the data folders (or in
 * a folder that --data or RESDIFF_DATA names itself), or the set in any folder whose path is given (with a `/`,
 * or of a folder that exists) with files named `train-images-idx3-ubyte` and so on, `.gz` or not,
 * the test files named `t10k-...` or `test-...`. A plain file is preferred to a gzipped one.
 *
 * @throws {DataError} if it is not found, with all that was looked through and how to get it, or if
 *   a folder that the user named holds only a part of it.
 */
export function locateDataset(name: string, folders: DataFolders): FilesLocation {
  const known = knownDataset(name);
  if (known === undefined) return locateFolder(name, folders);
  const search = searchKnown(known, folders);
  if (search.location === undefined) throw notFound(known, search);
  return search.location;
}

/** Looks for a known data set through all folders. */
export function searchKnown({ name }: KnownDataset, { folders }: DataFolders): Search {
  const candidates = folders.flatMap(({ path, from }) => {
    const own = { folder: join(path, name), from };
    return from === 'default' ? [own] : [own, { folder: path, from }];
  });
  const incomplete = [];
  for (const { folder, from } of candidates) {
    const found = idxFiles(folder);
    const missing = roles.filter((role) => !found.has(role));
    if (missing.length === 0) {
      return { location: toLocation(name, folder, found), incomplete, looked: [] };
    }
    if (missing.length === roles.length) continue;
    if (from !== 'default') throw incompleteFolder(folder, missing);
    incomplete.push({ folder, missing });
  }
  return { incomplete, looked: candidates.map(({ folder }) => folder) };
}

/**
 * Every data set that is known by name, found or not, and every other that is found in the data
 * folders.
 */
export function listDatasets(folders: DataFolders): DatasetEntry[] {
  const known = knownDatasets.map((dataset): DatasetEntry => {
    const { location } = searchKnown(dataset, folders);
    return { name: dataset.name, known: dataset, ...(location && { location }) };
  });
  const others = folders.folders.flatMap(({ path }) =>
    entries(path)
      .filter((entry) => knownDataset(entry) === undefined)
      .map((entry) => join(path, entry))
      .flatMap((folder): DatasetEntry[] => {
        const found = idxFiles(folder);
        if (found.size < roles.length) return [];
        return [{ name: folder, location: toLocation(folder, folder, found) }];
      }),
  );
  return [...known, ...others];
}

/** The files of a folder that look like those of a data set; none if there is no such folder. */
export function idxFiles(folder: string): ReadonlyMap<Role, string> {
  const found = new Map<Role, string>();
  const matches = entries(folder).flatMap((file) => {
    const match = filePattern.exec(file);
    if (!match) return [];
    const role =
      `${match[1] === 'train' ? 'train' : 'test'}-${match[2] as 'images' | 'labels'}` as const;
    return [{ file, role, gzipped: match[4] !== undefined }];
  });
  matches.sort((a, b) => Number(a.gzipped) - Number(b.gzipped) || a.file.localeCompare(b.file));
  for (const { file, role } of matches) {
    if (!found.has(role)) found.set(role, join(folder, file));
  }
  return found;
}

export function toLocation(
  name: string,
  folder: string,
  found: ReadonlyMap<Role, string>,
): FilesLocation {
  const files = roles.map((role) => ({ role, path: found.get(role) ?? '' }));
  return { kind: 'files', name, folder, files };
}

/** The error that says where a data set was looked for, and how to get it. */
export function notFound({ name, title, debianPackage }: KnownDataset, search: Search): DataError {
  const [incomplete] = search.incomplete;
  if (incomplete !== undefined)
    return incompleteFolder(incomplete.folder, incomplete.missing, name);
  const debian = debianPackage === undefined ? '' : `, or on Debian: apt install ${debianPackage}`;
  return new DataError(`${title} was not found in ${search.looked.join(', ')}.`, {
    remedy: `Fetch it with: resdiff data fetch ${name}${debian}. Or say where it is with --data.`,
  });
}

function locateFolder(name: string, { cwd }: DataFolders): FilesLocation {
  const folder = resolve(cwd, name);
  if (!isFolder(folder)) {
    throw name.includes('/')
      ? new DataError(`The data set is given as '${name}', but ${folder} is not a folder.`)
      : unknownName(name);
  }
  const found = idxFiles(folder);
  const missing = roles.filter((role) => !found.has(role));
  if (missing.length > 0) throw incompleteFolder(folder, missing);
  return toLocation(folder, folder, found);
}

function unknownName(name: string): DataError {
  const known = [...knownDatasets.map((dataset) => dataset.name), 'synthetic'];
  return new DataError(`There is no data set named '${name}': known are ${known.join(', ')}.`, {
    remedy: 'Give one of these, or the path of a folder with IDX files.',
  });
}

function incompleteFolder(folder: string, missing: readonly Role[], name?: string): DataError {
  const expected = missing.map((role) => knownDatasets[0].files[roles.indexOf(role)].file);
  const put = `Put ${expected.join(', ')} there, with or without .gz`;
  return new DataError(`${folder} has no ${missing.join(', no ')}.`, {
    remedy:
      name === undefined ? `${put}.` : `${put}, or fetch them with: resdiff data fetch ${name}.`,
  });
}

function entries(folder: string): string[] {
  if (!isFolder(folder)) return [];
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new DataError(`Cannot read the folder ${folder}: ${reasonOf(error)}.`, { cause: error });
  }
}
