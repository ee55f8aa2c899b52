import { createTableWriter, type TableFile, type TableSchema } from '@resdiff/tables';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ConstantColumns } from './constant-columns.ts';
import { kindsOf } from './devices.ts';
import { canonicalJson, type JsonObject } from './json.ts';
import { isDone, type Manifest, type TableRecord } from './manifest.ts';
import { ShardReader } from './shard-reader.ts';

/** The names of a table's merged files: the Parquet one, and the Arrow one. */
export function tableFiles(table: string): { parquet: string; arrow: string } {
  return { parquet: `${table}.parquet`, arrow: `${table}.arrow` };
}

/** The schema of the merged table: the columns of points, if there are any, and a shard's. */
export function mergedSchema(
  { pointColumns = [] }: Pick<Manifest, 'pointColumns'>,
  schema: TableSchema,
): TableSchema {
  return { ...schema, columns: [...pointColumns, ...schema.columns] };
}

/**
 * Merges the shards that are done, in their order, into one Parquet and one Arrow file, a batch of
 * rows at a time. The files' bytes depend on the rows and on what determined them (pipeline,
 * experiment, config, seed, versions, points, which shards are missing, and the kinds of devices if
 * there are others than `cpu`; kept as JSON under the metadata key `resdiff`), not on how the run
 * went.
 *
 * @param schema of a shard's file.
 * @throws {DamagedShardError} if a shard is not what its receipt says any more.
 * @throws the reason of `signal`, once it is aborted.
 */
export async function mergeShards(
  folder: string,
  manifest: Manifest,
  schema: TableSchema,
  signal: AbortSignal,
): Promise<TableRecord[]> {
  const { points } = manifest;
  const merged = mergedSchema(manifest, schema);
  const constants = new ConstantColumns(manifest.pointColumns ?? []);
  const missing = manifest.shards.filter((shard) => !isDone(shard)).map(({ id }) => id);
  const done = manifest.shards.filter(isDone);
  const devices = kindsOf(done.map(({ device }) => device));
  const metadata = { resdiff: canonicalJson(provenance(manifest, missing, devices)) };
  const files = tableFiles(schema.name);
  const paths = { parquet: join(folder, files.parquet), arrow: join(folder, files.arrow) };
  const reader = new ShardReader(folder);
  const writer = await createTableWriter(paths, merged, metadata);
  try {
    for (const shard of done) {
      // A turn of the event loop, in which a signal of the system is heard.
      await setImmediate();
      signal.throwIfAborted();
      const values = shard.point === undefined ? {} : (points?.[shard.point]?.columns ?? {});
      for await (const batch of reader.batches(shard)) {
        writer.append(constants.addTo(batch, values));
      }
    }
    const record = (file: string, { rows, bytes, sha256 }: TableFile): TableRecord => ({
      ...{ name: schema.name, file, rows, bytes, sha256 },
      ...(missing.length > 0 && { missing: missing.length }),
    });
    const { parquet, arrow } = writer.close();
    return [record(files.parquet, parquet), record(files.arrow, arrow)];
  } finally {
    writer.abort();
  }
}

function provenance(
  { pipeline, experiment, config, seed, versions, points }: Manifest,
  missing: readonly string[],
  devices: readonly string[],
): JsonObject {
  return {
    ...{ pipeline, experiment, config, seed, versions },
    ...(points && { points: points.map((point): JsonObject => ({ ...point })) }),
    ...(missing.length > 0 && { partial: { missing } }),
    ...(devices.some((kind) => kind !== 'cpu') && { devices }),
  };
}
