import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DataError } from './errors.ts';

/** A folder that may hold data sets, each in a folder of its own. */
export interface DataFolder {
  readonly path: string;
  /** Who named it: the user, the environment variable RESDIFF_DATA, or nobody. */
  readonly from: 'user' | 'environment' | 'default';
}

/** Where data sets are looked for: plain data, which can be handed to a worker. */
export interface DataFolders {
  /** What relative paths are relative to. */
  readonly cwd: string;
  /** In the order in which they are searched; those from `default` need not exist. */
  readonly folders: readonly DataFolder[];
}

export interface DataFolderSettings {
  /** What the user gave as `--data`. */
  readonly explicit?: string | undefined;
  /** The environment variables; RESDIFF_DATA is the one that is read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

const defaults = ['data', '../shared/data', '/usr/share/datasets'];

/**
 * The folders in which data sets are looked for: `--data`, RESDIFF_DATA, ./data, ../shared/data,
 * /usr/share/datasets.
 *
 * @throws {DataError} if `--data` or RESDIFF_DATA is not a folder.
 */
export function dataFolders({ explicit, env, cwd }: DataFolderSettings): DataFolders {
  const named: readonly (readonly [string, string | undefined, DataFolder['from']])[] = [
    ['--data', explicit, 'user'],
    ['The environment variable RESDIFF_DATA', env.RESDIFF_DATA || undefined, 'environment'],
  ];
  const given = named.flatMap(([label, folder, from]): DataFolder[] => {
    if (folder === undefined) return [];
    const path = resolve(cwd, folder);
    if (folder === '' || !isFolder(path)) {
      throw new DataError(`${label} is '${folder}', which is not a folder.`, {
        remedy: 'Give a folder that exists, or none: data sets are then looked for in ./data.',
      });
    }
    return [{ path, from }];
  });
  const usual = defaults.map((path): DataFolder => ({ path: resolve(cwd, path), from: 'default' }));
  return { cwd, folders: [...given, ...usual] };
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
