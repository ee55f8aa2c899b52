import { readArrowSchema, type ColumnSchema, type TableSchema } from '@resdiff/tables';
import { join } from 'node:path';
import { messageOf, UserError } from './errors.ts';
import { fileDamage } from './file-damage.ts';
import type { FileRecord } from './manifest.ts';
import { DamagedShardError } from './shard-reader.ts';

/**
 * Shards that are done may have been computed by a program of the same version whose table had other
 * columns: they can be neither merged with those of this one nor read by it, and are nobody's to
 * compute again.
 *
 * @param schema of a shard's file, as this program writes it.
 * @throws {UserError} naming the first shard whose file has other columns, and which.
 * @throws {DamagedShardError} if that shard is not as it was recorded.
 */
export async function refuseOtherColumns(
  folder: string,
  shards: Iterable<FileRecord & { readonly id: string }>,
  schema: TableSchema,
): Promise<void> {
  for (const shard of shards) {
    const difference = await differenceOf(join(folder, shard.file), schema);
    if (difference === undefined) {
      continue;
    }
    const damage = await fileDamage(folder, shard);
    if (damage !== undefined) {
      throw new DamagedShardError(shard.id, damage);
    }
    throw new UserError(
      `${folder} was computed by another version of resdiff, whose table has other columns: in ${shard.file}, ${difference}.`,
      {
        remedy:
          'Give another folder to compute the run anew, or delete this one if its results are no longer needed.',
      },
    );
  }
}

/** How the columns of a shard's file are others than those of `schema`, whatever their order. */
async function differenceOf(path: string, { columns }: TableSchema): Promise<string | undefined> {
  let found: readonly ColumnSchema[];
  try {
    found = (await readArrowSchema(path)).columns;
  } catch (error) {
    return messageOf(error);
  }
  const there = new Map(found.map((column) => [column.name, contentOf(column)]));
  const here = new Map(columns.map((column) => [column.name, contentOf(column)]));
  const names = [...new Set([...there.keys(), ...here.keys()])];
  const name = names.find((each) => there.get(each) !== here.get(each));
  return (
    name &&
    `the column ${name} is ${there.get(name) ?? 'absent'} there and ${here.get(name) ?? 'absent'} here`
  );
}

/** What a column holds, which its description does not change. */
function contentOf({ type, values, nullable }: ColumnSchema): string {
  return `${type}${values ? ` (${values.join(', ')})` : ''}${nullable ? ' or null' : ''}`;
}
