import { validateSchema, type TableSchema } from './schema.ts';

/** The key under which a file's own schema stands in its key-value metadata, as JSON. */
export const SCHEMA_KEY = 'resdiff.schema';

export type Metadata = Readonly<Record<string, string>>;

/**
 * The key-value pairs of a file: the caller's and the table's schema.
 *
 * @throws RangeError if the caller uses the key of the schema.
 */
export function fileMetadata(schema: TableSchema, metadata: Metadata): Map<string, string> {
  if (SCHEMA_KEY in metadata) {
    throw new RangeError(
      `table ${schema.name}: the metadata key ${SCHEMA_KEY} is taken by the schema; choose another`,
    );
  }
  return new Map([...Object.entries(metadata), [SCHEMA_KEY, JSON.stringify(schema)]]);
}

/** Parts what {@link fileMetadata} joined; `schema` is undefined in a file of another origin. */
export function splitMetadata(pairs: ReadonlyMap<string, string>): {
  metadata: Metadata;
  schema: TableSchema | undefined;
} {
  const json = pairs.get(SCHEMA_KEY);
  const schema = json === undefined ? undefined : (JSON.parse(json) as TableSchema);
  if (schema) validateSchema(schema);
  return {
    metadata: Object.fromEntries([...pairs].filter(([key]) => key !== SCHEMA_KEY)),
    schema,
  };
}
