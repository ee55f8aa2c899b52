import {
  dataFolders,
  DataError,
  openDataset,
  type Dataset,
  type DataFolders,
} from '@resdiff/mnist';
import { UserError } from '@resdiff/runtime';
import { z } from 'zod';
import type { Environment, Resolution, Settings } from './experiment.ts';

/** The setting that names a data set. */
export function datasetName() {
  const error = 'must be mnist, fashion-mnist, synthetic, or the path of a folder with IDX files';
  return z
    .string({ error })
    .min(1, { error })
    .default('mnist')
    .describe('mnist, fashion-mnist, synthetic, or the path of a folder with IDX files');
}

export type DataSettings = Settings & {
  readonly data: string;
  readonly trainImages: number;
  readonly testImages: number;
};

/**
 * Looks up the data set of the settings, and takes its checksum into the versions of the run. A set
 * is opened once for each environment object, so that the points of a sweep share it.
 *
 * @throws {UserError} if it is not found, is damaged, or has fewer images than are asked for.
 */
export async function resolveData<Resolved extends DataSettings>(
  settings: Resolved,
  environment: Environment,
): Promise<Resolution<Resolved>> {
  const { dataFolder } = environment;
  if (dataFolder !== undefined && (settings.data === 'synthetic' || settings.data.includes('/'))) {
    throw new UserError(
      `data is ${settings.data}, which does not depend on where data sets are; leave --data out.`,
    );
  }
  const { name, source, version, warning, ...counts } = await factsOf(settings.data, environment);
  for (const key of ['trainImages', 'testImages'] as const) {
    if (settings[key] > counts[key]) {
      throw new UserError(
        `${key} is ${settings[key]}; it must be at most ${counts[key]}, the images that ${source} has.`,
      );
    }
  }
  const substitute = warning !== undefined;
  return {
    settings: substitute ? { ...settings, data: name } : settings,
    versions: { data: version },
    warnings: substitute ? [warning] : [],
  };
}

/** What planning needs to know of a data set, without its images. */
interface DatasetFacts {
  readonly name: string;
  readonly source: string;
  readonly version: string;
  readonly trainImages: number;
  readonly testImages: number;
  /** That it is another than was asked for. */
  readonly warning: string | undefined;
}

const known = new WeakMap<Environment, Map<string, Promise<DatasetFacts>>>();

function factsOf(name: string, environment: Environment): Promise<DatasetFacts> {
  const byName = known.get(environment) ?? new Map<string, Promise<DatasetFacts>>();
  known.set(environment, byName);
  const facts = byName.get(name) ?? lookUpFacts(name, environment);
  byName.set(name, facts);
  return facts;
}

async function lookUpFacts(name: string, { dataFolder }: Environment): Promise<DatasetFacts> {
  const { dataset, warning } = await opened(name, () =>
    dataFolders({ explicit: dataFolder, env: process.env, cwd: process.cwd() }),
  );
  return {
    name: dataset.name,
    source: dataset.source,
    version: versionOf(dataset),
    trainImages: dataset.train.count,
    testImages: dataset.test.count,
    warning,
  };
}

/** The environment variable by which worker threads are told of `--data`. */
export const DATA_OPTION = 'RESDIFF_DATA_OPTION';

const loaded = new Map<string, Promise<Dataset>>();

/**
 * The data set that a shard was planned with; it stays in the memory of its worker thread.
 *
 * @param versions those of the run.
 * @throws {Error} if the files are not those of the plan any more.
 */
export async function plannedData(
  name: string,
  versions: Readonly<Record<string, string>>,
): Promise<Dataset> {
  const loading =
    loaded.get(name) ??
    opened(name, () =>
      dataFolders({
        explicit: process.env[DATA_OPTION],
        env: process.env,
        cwd: process.cwd(),
      }),
    ).then(({ dataset }) => dataset);
  loaded.set(name, loading);
  const dataset = await loading;
  if (versions.data !== versionOf(dataset)) {
    throw new Error(
      `the data set ${name} (${dataset.source}) is not the one that the run was planned with: ${versionOf(dataset)}, not ${versions.data}`,
    );
  }
  return dataset;
}

function versionOf({ sha256 }: Dataset): string {
  return `sha256:${sha256}`;
}

async function opened(name: string, folders: () => DataFolders) {
  try {
    return await openDataset(name, folders());
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { message, remedy } = error;
    throw new UserError(message, { cause: error, ...(remedy !== undefined && { remedy }) });
  }
}
