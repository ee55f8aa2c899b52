import {
  DataError,
  dataFolders,
  knownDataset,
  knownDatasets,
  listDatasets,
  locateDataset,
  type DataFolders,
  type FilesLocation,
  type KnownDataset,
} from '@resdiff/mnist';
import { RunError, UserError } from '@resdiff/runtime';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A data set that is known by name, or that was found. */
export type DatasetState = Found | Absent;

export interface Found {
  readonly name: string;
  readonly known: KnownDataset | undefined;
  readonly location: FilesLocation;
}

export interface Absent {
  readonly name: string;
  readonly known: KnownDataset;
  readonly location?: undefined;
  /** Why it is not there, and how to get it. */
  readonly absence: DataError;
}

/**
 * Where data sets are looked for.
 *
 * @throws {UserError} if `--data` or RESDIFF_DATA is not a folder.
 */
export function searchedFolders(data: string | undefined): DataFolders {
  try {
    return dataFolders({ explicit: data, env: process.env, cwd: process.cwd() });
  } catch (error) {
    throw badInput(error);
  }
}

/** Every data set that is known by name, and every other that is found. */
export function findDatasets(folders: DataFolders): DatasetState[] {
  const known = knownDatasets.map((dataset) => {
    const { name } = dataset;
    try {
      return { name, known: dataset, location: locateDataset(name, folders) };
    } catch (absence) {
      if (!(absence instanceof DataError)) throw absence;
      return { name, known: dataset, absence };
    }
  });
  // A part of a known set in a folder that the user named is reported above; here it is no error.
  const searched = folders.folders.map(({ path }) => ({ path, from: 'default' as const }));
  const others = new Map<string, Found>();
  for (const { name, known, location } of listDatasets({ ...folders, folders: searched })) {
    if (!known && location) others.set(name, { name, known, location });
  }
  return [...known, ...others.values()];
}

/**
 * Where the data set of this name is, or the one in the folder of this path.
 *
 * @throws {UserError} if there is no such name and no such folder.
 * @throws {RunError} if its files, or some of them, are missing.
 */
export function locate(name: string, folders: DataFolders): FilesLocation {
  try {
    return locateDataset(name, folders);
  } catch (error) {
    const exists = knownDataset(name) !== undefined || isFolder(resolve(folders.cwd, name));
    throw exists ? failure(error) : badInput(error);
  }
}

/** The folders of this name that hold something, though not a whole data set where none is found. */
export function begunFolders(name: string, { folders }: DataFolders): string[] {
  return folders
    .map(({ path }) => join(path, name))
    .filter((folder) => isFolder(folder) && readdirSync(folder).length > 0);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** An error of the data that the user must put right before anything starts: exit code 2. */
export function badInput(error: unknown): unknown {
  return error instanceof DataError ? new UserError(error.message, detailsOf(error)) : error;
}

/** An error of the data that ends what was begun: exit code 1. */
export function failure(error: unknown): unknown {
  return error instanceof DataError ? new RunError(error.message, detailsOf(error)) : error;
}

function detailsOf(error: DataError) {
  const { remedy } = error;
  return { cause: error, ...(remedy !== undefined && { remedy }) };
}
