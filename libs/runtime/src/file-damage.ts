import { hashFile } from '@resdiff/tables';
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode } from './errors.ts';
import type { FileRecord } from './manifest.ts';

/** What is wrong with a recorded file of the run folder; undefined if it is as recorded. */
export async function fileDamage(folder: string, record: FileRecord): Promise<string | undefined> {
  try {
    const path = join(folder, record.file);
    const { size } = await stat(path);
    return sizeDamage(record, size) ?? sumDamage(record, await hashFile(path));
  } catch (error) {
    return readingDamage(record, error);
  }
}

/** The same without a look at what is in the file. */
export function lengthDamage(folder: string, record: FileRecord): string | undefined {
  try {
    return sizeDamage(record, statSync(join(folder, record.file)).size);
  } catch (error) {
    return readingDamage(record, error);
  }
}

/** What is wrong with a file of so many bytes. */
export function sizeDamage({ file, bytes }: FileRecord, size: number): string | undefined {
  return size === bytes ? undefined : `${file} has ${size} bytes, not ${bytes}`;
}

/** What is wrong with a file that has the SHA-256 `sum`. */
export function sumDamage({ file, sha256 }: FileRecord, sum: string): string | undefined {
  return sum === sha256 ? undefined : `${file} has another checksum`;
}

/** What is wrong with a file that cannot be read. */
export function readingDamage({ file }: FileRecord, error: unknown): string {
  return systemCode(error) === 'ENOENT'
    ? `${file} is missing`
    : `${file} cannot be read: ${messageOf(error)}`;
}
