import type { DataFolders } from './folders.ts';
import { knownDataset } from './known.ts';
import type { Dataset } from './labelled-set.ts';
import { loadDataset, type LoadOptions } from './load.ts';
import { locateDataset, searchKnown } from './locate.ts';
import type { DatasetLocation, SyntheticLocation } from './location.ts';

export interface Resolution {
  readonly location: DatasetLocation;
  /** What the user must be told: that these are not the data that were asked for. */
  readonly warning?: string;
}

/** As many as MNIST has; always the same ones, so that runs of any seed share them. */
const synthetic: SyntheticLocation = {
  kind: 'synthetic',
  name: 'synthetic',
  seed: 0,
  train: 60_000,
  test: 10_000,
};

/**
 * Where the data set of this name comes from: `mnist`, `fashion-mnist`, `synthetic`, or the path of
 * a folder. Synthetic digits stand in for MNIST, with a warning, if it is nowhere to be found and
 * the user named no folder.
 *
 * @throws {DataError} if it is not found and nothing stands in for it.
 */
export function resolveDataset(name: string, folders: DataFolders): Resolution {
  if (name === 'synthetic') return { location: synthetic };
  const known = name === 'mnist' ? knownDataset(name) : undefined;
  if (known && folders.folders.every(({ from }) => from !== 'user')) {
    const { location, incomplete, looked } = searchKnown(known, folders);
    if (location === undefined && incomplete.length === 0) {
      return {
        location: synthetic,
        warning:
          `${known.title} was not found in ${looked.join(', ')}: synthetic digits stand in for it, ` +
          `and what is computed from them says nothing of ${known.title}. Fetch it with: resdiff data fetch ${name}.`,
      };
    }
  }
  return { location: locateDataset(name, folders) };
}

/** `resolveDataset`, and the data set loaded. */
export async function openDataset(
  name: string,
  folders: DataFolders,
  options: LoadOptions = {},
): Promise<{ dataset: Dataset } & Resolution> {
  const resolution = resolveDataset(name, folders);
  return { ...resolution, dataset: await loadDataset(resolution.location, options) };
}
