import {
  knownDataset,
  verifyDataset,
  type DataFolders,
  type FileReport,
  type FilesLocation,
} from '@resdiff/mnist';
import { RunError } from '@resdiff/runtime';
import { basename, dirname } from 'node:path';
import { findDatasets, begunFolders, locate, searchedFolders } from '../../data-sets.ts';
import { counted, shellWords, table } from '../../format.ts';
import { openTerminal, reportError, type Terminal } from '../../terminal.ts';
import type { DataCommandOptions } from './options.ts';

/** A data set to look at, or why some of its files cannot be. */
interface Target {
  readonly name: string;
  readonly location?: FilesLocation;
  readonly fault?: RunError;
}

/** `resdiff data verify [NAME...]`: all that are found, or those named. Returns the exit code. */
export async function verifyData(
  names: readonly string[],
  options: DataCommandOptions,
): Promise<number> {
  const terminal = openTerminal(options);
  try {
    const folders = searchedFolders(options.data);
    const targets =
      names.length > 0 ? names.map((name) => target(name, folders)) : allTargets(folders);
    const results = [];
    for (const each of targets) results.push(await verify(each, terminal));
    const faulty = results.filter(({ whole }) => !whole).length;
    if (targets.length === 0) {
      const searched = folders.folders.map(({ path }) => path).join(', ');
      throw new RunError(`No data set was found in ${searched}.`, {
        remedy: 'Fetch one with: npx resdiff data fetch mnist. Or say where it is with --data.',
      });
    }
    const sum = `Whole: ${results.length - faulty} of ${counted(results.length, 'data set')}.`;
    if (faulty === 0) terminal.say(sum);
    else terminal.warn(sum);
    terminal.result({ datasets: results });
    return faulty === 0 ? 0 : 1;
  } catch (error) {
    return reportError(error, terminal);
  }
}

function target(name: string, folders: DataFolders): Target {
  // Synthetic digits have no files that could be wrong.
  if (name === 'synthetic') return { name };
  try {
    return { name, location: locate(name, folders) };
  } catch (fault) {
    if (fault instanceof RunError) return { name, fault };
    throw fault;
  }
}

/** All that are found, and what was begun: a known data set of which a part is there. */
function allTargets(folders: DataFolders): Target[] {
  return findDatasets(folders).flatMap((dataset): Target[] => {
    if (dataset.location) return [dataset];
    const { name } = dataset;
    return begunFolders(name, folders).flatMap((folder) => {
      const { fault } = target(folder, folders);
      if (!fault) return [];
      const remedy = `Fetch what is missing with: ${fetchCommand(name, folder)}`;
      return [{ name, fault: new RunError(fault.message, { remedy, cause: fault }) }];
    });
  });
}

/** Verifies a data set and says of each file what was found. */
async function verify({ name, location, fault }: Target, { say, warn }: Terminal) {
  if (fault) {
    warn(`${name}: ${fault.message}`);
    if (fault.remedy) warn(fault.remedy);
    return { name, folder: null, whole: false, fault: fault.message, files: [] };
  }
  const files = location ? await verifyDataset(location) : [];
  const wrong = files.filter(({ fault }) => fault !== undefined);
  const where = location ? ` in ${location.folder}` : ': drawn by resdiff, so it has no files';
  say(name === location?.folder ? name : `${name}${where}`);
  const whole = files.filter(({ fault }) => fault === undefined);
  if (whole.length > 0) say(table(whole.map(cells), 'lll'));
  for (const file of wrong) warn(`  wrong  ${file.fault}`);
  if (location && wrong.length > 0 && knownDataset(name)) {
    warn(`  Fetch what is wrong again with: ${fetchCommand(name, location.folder)}`);
  }
  return {
    name,
    folder: location?.folder ?? null,
    whole: wrong.length === 0,
    fault: null,
    files: files.map(({ role, path, sha256 = null, fault = null }) => ({
      role,
      path,
      sha256,
      fault,
    })),
  };
}

/** The command that gets the files of a known data set that are missing or damaged. */
function fetchCommand(name: string, folder: string): string {
  const to = basename(folder) === name ? ['--to', dirname(folder)] : [];
  return shellWords(['npx', 'resdiff', 'data', 'fetch', name, ...to]);
}

function cells({ path, sha256 = '' }: FileReport): string[] {
  return ['  whole', basename(path), `SHA-256 ${sha256}`];
}
