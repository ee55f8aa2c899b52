/** Where the files of shards are in a run folder; with `/` between names, as in the manifest. */

export const shardsFolder = 'shards';
export const filesFolder = 'files';
export const failuresFolder = 'failures';

/** The rows of a shard. */
export function shardFile(id: string): string {
  return `${shardsFolder}/${id}.arrow`;
}

/** Says beside the rows that the shard is done. */
export function receiptFile(id: string): string {
  return `${shardsFolder}/${id}.json`;
}

/** The state of a shard that is not done. */
export function checkpointFile(id: string): string {
  return `${shardsFolder}/${id}${checkpointEnding}`;
}

export const checkpointEnding = '.checkpoint';

/** A file that a shard makes beside its rows. */
export function fileOfShard(id: string, name: string): string {
  return `${filesFolder}/${id}/${name}`;
}

/** Says why a shard is not done. */
export function failureFile(id: string): string {
  return `${failuresFolder}/${id}.json`;
}
