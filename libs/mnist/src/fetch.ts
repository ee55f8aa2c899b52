import { makeFolders, writeFileAtomic } from '@resdiff/tables';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { download, MirrorFault } from './download.ts';
import { DataError } from './errors.ts';
import { unzip } from './gzip.ts';
import { readContents } from './idx.ts';
import { knownDataset, knownDatasets, type KnownDataset, type KnownFile } from './known.ts';
import { idxFiles, toLocation } from './locate.ts';
import type { FilesLocation } from './location.ts';
import { sha256, wrongContents } from './parts.ts';

/** How often a mirror is asked to go on with a file that it broke off. */
const ATTEMPTS = 5;
/** By how much an archive may be larger than its contents. */
const ARCHIVE_SLACK = 65_536;

export interface FetchProgress {
  /** The name of the file, without `.gz`. */
  readonly file: string;
  /** Bytes of the archive that are here. */
  readonly bytes: number;
  /** Bytes of the archive, if the mirror says so. */
  readonly total: number | undefined;
}

export interface FetchOptions {
  /** Folders on the web that hold the four archives, in the order in which they are tried. */
  readonly mirrors?: readonly string[];
  readonly onProgress?: (progress: FetchProgress) => void;
  /** Stops the download; what has come is kept, and the next call goes on from there. */
  readonly signal?: AbortSignal;
  /** In place of Node's, for instance to go through a proxy. */
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds without a byte after which a mirror is given up; 30,000 if left out. */
  readonly stallTimeout?: number;
}

export interface FetchResult {
  readonly location: FilesLocation;
  /** The paths of the files that were fetched; the others were there and whole. */
  readonly fetched: readonly string[];
}

/**
 * Fetches what is missing of a known data set into `<folder>/<name>/`. Files that are there and
 * whole are left alone; others are replaced. A file appears under its name when its contents have
 * the right checksum, and not before; until then it grows as `<file>.gz.partial`, which a later call
 * goes on with.
 *
 * @throws {DataError} if the name or a mirror's address is none, or if no mirror delivers, with what
 *   went wrong at each.
 * @throws the reason of `signal`, or the error of the file system.
 */
export async function fetchDataset(
  name: string,
  folder: string,
  options: FetchOptions = {},
): Promise<FetchResult> {
  const dataset = knownDataset(name);
  if (dataset === undefined) {
    const names = knownDatasets.map((known) => known.name).join(', ');
    throw new DataError(`No mirror is known for the data set '${name}', only for: ${names}.`);
  }
  return fetchKnown(dataset, folder, options);
}

export async function fetchKnown(
  dataset: KnownDataset,
  folder: string,
  options: FetchOptions,
): Promise<FetchResult> {
  const mirrors = (options.mirrors ?? dataset.mirrors).map(mirrorFolder);
  const target = join(folder, dataset.name);
  await makeFolders(target);
  const fetched: string[] = [];
  for (const file of dataset.files) {
    const present = idxFiles(target).get(file.role);
    if (present !== undefined && (await isWhole(present, file))) continue;
    const path = join(target, `${file.file}.gz`);
    writeFileAtomic(path, await fetchFile(dataset, file, path, mirrors, options));
    await rm(`${path}.partial`, { force: true });
    if (present !== undefined && present !== path) await rm(present);
    fetched.push(path);
  }
  return { location: toLocation(dataset.name, target, idxFiles(target)), fetched };
}

/** The archive, from the first mirror that delivers it. */
async function fetchFile(
  dataset: KnownDataset,
  file: KnownFile,
  path: string,
  mirrors: readonly URL[],
  options: FetchOptions,
): Promise<Uint8Array> {
  const faults: string[] = [];
  for (const mirror of mirrors) {
    const url = new URL(basename(path), mirror).href;
    try {
      return await fromMirror(dataset, file, url, `${path}.partial`, options);
    } catch (error) {
      if (!(error instanceof MirrorFault)) throw error;
      faults.push(`${url}: ${error.message}`);
    }
  }
  throw new DataError(
    `${dataset.title}'s ${file.file} could not be fetched. ${(faults.join('; ') || 'No mirror was given').replace(/\.$/, '')}.`,
    {
      remedy: `Try again later: what has come is kept. Or put the file where ${path} should be.`,
    },
  );
}

async function fromMirror(
  dataset: KnownDataset,
  file: KnownFile,
  url: string,
  partial: string,
  { onProgress, signal, fetch = globalThis.fetch, stallTimeout = 30_000 }: FetchOptions,
): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { resumed } = await download({
        url,
        partial,
        maxBytes: file.bytes + ARCHIVE_SLACK,
        stallTimeout,
        signal,
        fetch,
        onBytes: (bytes, total) => onProgress?.({ file: file.file, bytes, total }),
      });
      const bytes = await readFile(partial);
      const fault = await faultOf(bytes, url, dataset, file);
      if (fault === undefined) return bytes;
      await rm(partial);
      throw new MirrorFault(fault, resumed);
    } catch (error) {
      if (!(error instanceof MirrorFault && error.resumable) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** What is wrong with an archive, if anything. */
async function faultOf(
  bytes: Uint8Array,
  url: string,
  { title }: KnownDataset,
  file: KnownFile,
): Promise<string | undefined> {
  try {
    const found = sha256(await unzip(bytes, url));
    return found === file.sha256 ? undefined : wrongContents('it', found, title, file).message;
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
}

async function isWhole(path: string, file: KnownFile): Promise<boolean> {
  try {
    return sha256(await readContents(path)) === file.sha256;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

function mirrorFolder(address: string): URL {
  const folder = address.endsWith('/') ? address : `${address}/`;
  if (!URL.canParse(folder) || !/^https?:$/.test(new URL(folder).protocol)) {
    throw new DataError(
      `The mirror '${address}' is not an address: it should begin with http:// or https://.`,
    );
  }
  return new URL(folder);
}
