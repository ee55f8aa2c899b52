import {
  DataError,
  fetchDataset,
  knownDataset,
  knownDatasets,
  locateDataset,
  verifyDataset,
  type DataFolders,
  type FetchResult,
  type FilesLocation,
  type KnownDataset,
} from '@resdiff/mnist';
import { messageOf, ReportedError, RunError, UserError } from '@resdiff/runtime';
import { basename, join } from 'node:path';
import { failure, searchedFolders } from '../../data-sets.ts';
import { fetchView } from '../../fetch-progress.ts';
import { commandLine } from '../../format.ts';
import { stopOnSignals } from '../../stop.ts';
import { openTerminal, reportError } from '../../terminal.ts';
import type { DataCommandOptions } from './options.ts';

export interface FetchCommandOptions extends DataCommandOptions {
  readonly to?: string | undefined;
  readonly mirror: readonly string[];
}

class FetchStopped extends ReportedError {
  readonly exitCode = 130;

  constructor({ title }: KnownDataset) {
    super(`Stopped. What has come of ${title} is kept.`, {
      remedy: 'Give the same command again: it goes on where this one stopped.',
    });
  }
}

/** `resdiff data fetch NAME`. Returns the exit code. */
export async function fetchData(name: string, options: FetchCommandOptions): Promise<number> {
  const terminal = openTerminal(options);
  const progress = fetchView(terminal);
  const stop = stopOnSignals(() => {
    progress.end();
  });
  try {
    const dataset = fetchable(name);
    const folders = searchedFolders(options.data);
    const present = options.to === undefined ? await wholeSet(name, folders) : undefined;
    // Where it is looked for first, so that what is fetched is what is found.
    const folder = options.to ?? folders.folders[0].path;
    const { location, fetched } = present
      ? { location: present, fetched: [] }
      : await fetchInto(dataset, folder);
    progress.end();
    terminal.say(
      fetched.length > 0
        ? `Fetched ${fetched.map((path) => basename(path)).join(', ')} of ${dataset.title} into ${location.folder}`
        : `Nothing to do: ${location.folder} holds ${dataset.title}, complete and undamaged.`,
    );
    terminal.result({ name, folder: location.folder, files: location.files, fetched });
    return 0;
  } catch (error) {
    progress.end();
    return reportError(error, terminal, commandLine());
  } finally {
    stop.dispose();
  }

  async function fetchInto(dataset: KnownDataset, folder: string): Promise<FetchResult> {
    terminal.note(`Fetching ${dataset.title} into ${join(folder, dataset.name)}`);
    try {
      return await fetchDataset(dataset.name, folder, {
        signal: stop.signal,
        ...(options.mirror.length > 0 && { mirrors: options.mirror }),
        onProgress: (state) => {
          if (!stop.signal.aborted) progress.update(state);
        },
      });
    } catch (error) {
      if (stop.signal.aborted) throw new FetchStopped(dataset);
      throw isSystemError(error) ? cannotWrite(folder, error) : failure(error);
    }
  }
}

function fetchable(name: string): KnownDataset {
  const dataset = knownDataset(name);
  if (dataset) return dataset;
  const names = knownDatasets.map((known) => known.name).join(', ');
  throw new UserError(
    name === 'synthetic'
      ? 'The synthetic digits are drawn, not fetched: they are always there.'
      : `No mirror is known for the data set '${name}', only for: ${names}.`,
  );
}

/** Where a data set is, if all of it is there and undamaged. */
async function wholeSet(name: string, folders: DataFolders): Promise<FilesLocation | undefined> {
  try {
    const location = locateDataset(name, folders);
    const reports = await verifyDataset(location);
    return reports.every(({ fault }) => fault === undefined) ? location : undefined;
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function cannotWrite(folder: string, error: NodeJS.ErrnoException): ReportedError {
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new RunError(`The disk is full: no room to write in ${folder}. What has come is kept.`, {
      remedy: 'Make room, then give the same command again: it goes on where this one stopped.',
      cause: error,
    });
  }
  return new UserError(`${folder} cannot hold data sets: ${messageOf(error)}.`, {
    remedy: 'Give a folder that can be created and written to with --to.',
    cause: error,
  });
}
