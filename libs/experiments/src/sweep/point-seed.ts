import { canonicalJson, type JsonObject } from '@resdiff/runtime';
import { createHash } from 'node:crypto';

/**
 * The seed of a point with a stream of its own: the first 64 bits, in decimal digits, of the SHA-256
 * of the canonical JSON of experiment, config and the seed that the sweep is given. It depends on
 * nothing else of the sweep, so equal points of different sweeps have equal rows.
 */
export function pointSeed(point: {
  readonly experiment: string;
  readonly config: JsonObject;
  readonly seed: string;
}): string {
  const { experiment, config, seed } = point;
  const hash = createHash('sha256').update(canonicalJson({ experiment, config, seed })).digest();
  return hash.readBigUInt64BE().toString();
}
