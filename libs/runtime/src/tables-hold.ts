import { fileDamage } from './file-damage.ts';
import type { FileRecord, Manifest } from './manifest.ts';
import { tableFiles } from './merge.ts';

/** Whether all shards of the run are in its merged files, and those are as they were recorded. */
export async function tablesHold(
  folder: string,
  { tables }: Manifest,
  table: string,
): Promise<boolean> {
  const files = Object.values(tableFiles(table));
  const recorded = tables.filter(({ file, missing }) => files.includes(file) && !missing);
  return recorded.length === files.length && (await allHold(folder, recorded));
}

/** Whether the files are as they were recorded. */
export async function allHold(folder: string, records: readonly FileRecord[]): Promise<boolean> {
  for (const record of records) {
    if ((await fileDamage(folder, record)) !== undefined) {
      return false;
    }
  }
  return true;
}
