import { resolveDataset, type DataFolders } from '@resdiff/mnist';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { findDatasets, searchedFolders, type DatasetState } from '../../data-sets.ts';
import { bytes, count, table } from '../../format.ts';
import { openTerminal, reportError } from '../../terminal.ts';
import type { DataCommandOptions } from './options.ts';

/** `resdiff data list`. Returns the exit code. */
export function listData(options: DataCommandOptions): number {
  const terminal = openTerminal(options);
  try {
    const folders = searchedFolders(options.data);
    const datasets = findDatasets(folders);
    const synthetic = describeSynthetic(folders);
    for (const dataset of datasets) terminal.say(`${inWords(dataset)}\n`);
    terminal.say(`synthetic: ${synthetic.description}\n`);
    const searched = folders.folders.map(({ path }) => path).join(', ');
    terminal.say(`Searched in this order: ${searched}. --data goes before them.`);
    terminal.result({ folders: folders.folders, datasets: datasets.map(inJson), synthetic });
    return 0;
  } catch (error) {
    return reportError(error, terminal);
  }
}

function inWords(dataset: DatasetState): string {
  const { name, known } = dataset;
  const rows = known ? [['licence', known.licence]] : [];
  if (dataset.location) {
    const files = filesOf(dataset).map(({ path, bytes: size }) => [basename(path), bytes(size)]);
    rows.push(['folder', dataset.location.folder]);
    for (const [i, line] of table(files, 'lr').split('\n').entries()) {
      rows.push([i === 0 ? 'files' : '', line]);
    }
  } else {
    const { message, remedy = '' } = dataset.absence;
    rows.push(['missing', message], ['', remedy]);
  }
  const title = known ? `: ${known.title}, ${known.description}` : '';
  const lines = rows.map(([key, value]) => `  ${key.padEnd(7)}  ${value}`.trimEnd());
  return [`${name}${title}`, ...lines].join('\n');
}

function inJson(dataset: DatasetState) {
  const { name, known } = dataset;
  const { folder } = dataset.location ?? {};
  const { message, remedy } = dataset.location ? {} : dataset.absence;
  return {
    name,
    title: known?.title ?? null,
    description: known?.description ?? null,
    licence: known?.licence ?? null,
    folder: folder ?? null,
    files: filesOf(dataset),
    missing: message ?? null,
    remedy: remedy ?? null,
  };
}

function filesOf({ location }: DatasetState) {
  return (location?.files ?? []).map(({ role, path }) => ({
    role,
    path,
    bytes: statSync(path).size,
  }));
}

function describeSynthetic(folders: DataFolders) {
  const { location } = resolveDataset('synthetic', folders);
  const sizes =
    location.kind === 'synthetic' ? `${count(location.train)} + ${count(location.test)}` : '';
  return {
    name: location.name,
    description: `${sizes} digits that resdiff draws itself; they stand in for mnist where it is not found`,
  };
}
