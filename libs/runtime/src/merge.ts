import {
  createArrowWriter,
  createParquetWriter,
  readArrowBatches,
  type TableSchema,
  type TableWriter,
} from '@resdiff/tables';
import { join } from 'node:path';
import { RunError } from './errors.ts';
import { canonicalJson } from './json.ts';
import { isDone, type Manifest, type TableRecord } from './manifest.ts';
import { fileDamage } from './shard-store.ts';

/** The names of a table's merged files: the Parquet one, and the Arrow one. */
export function tableFiles(table: string): { parquet: string; arrow: string } {
  return { parquet: `${table}.parquet`, arrow: `${table}.arrow` };
}

/**
 * Merges the shards, in their order, into one Parquet and one Arrow file, a batch of rows at a time.
 * The files' bytes depend on the rows and on what determined them (pipeline, experiment, config,
 * seed, versions; kept as JSON under the metadata key `resdiff`), not on how the run went.
 *
 * @throws {RunError} if a shard is not what its receipt says any more.
 * @throws the reason of `signal`, once it is aborted.
 */
export async function mergeShards(
  folder: string,
  manifest: Manifest,
  schema: TableSchema,
  signal: AbortSignal,
): Promise<TableRecord[]> {
  const { pipeline, experiment, config, seed, versions } = manifest;
  const metadata = { resdiff: canonicalJson({ pipeline, experiment, config, seed, versions }) };
  const files = tableFiles(schema.name);
  const writers: TableWriter[] = [];
  try {
    writers.push(await createParquetWriter(join(folder, files.parquet), schema, metadata));
    writers.push(await createArrowWriter(join(folder, files.arrow), schema, metadata));
    for (const shard of manifest.shards) {
      signal.throwIfAborted();
      if (!isDone(shard)) {
        throw new RunError(`The shard ${shard.id} is not done, so there is nothing to merge.`);
      }
      const damage = await fileDamage(folder, shard);
      if (damage !== undefined) {
        throw new RunError(`The shard ${shard.id} was damaged while the run went on: ${damage}.`, {
          remedy: 'Give the same command again: it computes that shard anew.',
        });
      }
      for await (const batch of readArrowBatches(join(folder, shard.file))) {
        for (const writer of writers) {
          writer.append(batch);
        }
      }
    }
    return writers.map((writer, index) => {
      const { rows, bytes, sha256 } = writer.close();
      const file = index === 0 ? files.parquet : files.arrow;
      return { name: schema.name, file, rows, bytes, sha256 };
    });
  } finally {
    for (const writer of writers) {
      writer.abort();
    }
  }
}
