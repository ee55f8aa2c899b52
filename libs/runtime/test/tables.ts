import { readArrowBatches, readArrowMetadata } from '@resdiff/tables';

/** The values of a column of numbers. */
export async function readColumn(path: string, column: string): Promise<number[]> {
  const values: number[] = [];
  for await (const { columns } of readArrowBatches(path)) {
    values.push(...(columns[column] as Int32Array));
  }
  return values;
}

/** What the tables say of where they come from. */
export async function readProvenance(path: string): Promise<Record<string, unknown>> {
  const { resdiff = '' } = await readArrowMetadata(path);
  return JSON.parse(resdiff) as Record<string, unknown>;
}
