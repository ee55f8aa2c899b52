import { readLayout, type BatchLayout } from './arrow-layout.ts';
import type { OpenSource } from './arrow-source.ts';

/** The layout of a file, and what tells that another is laid out alike. */
export interface KnownLayout {
  readonly batches: readonly BatchLayout[];
  readonly size: number;
  /** All that is not in the bodies of record batches; undefined if the layout depends on those. */
  readonly frame: readonly Piece[] | undefined;
}

/** Bytes of a file. */
interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Throws as `readArrowBatches` does. */
export function knownLayout(file: OpenSource): KnownLayout {
  const batches = readLayout(file);
  return { batches, size: file.size, frame: frameOf(file, batches) };
}

/** Whether a file has the layout that is known: the schema, the rows, and what stands where. */
export function isLaidOutAs({ size, frame }: KnownLayout, file: OpenSource): boolean {
  return (
    frame !== undefined &&
    size === file.size &&
    frame.every(({ offset, bytes }) => Buffer.compare(bytes, file.read(offset, bytes.length)) === 0)
  );
}

function frameOf(file: OpenSource, batches: readonly BatchLayout[]): Piece[] | undefined {
  const pieces: Piece[] = [];
  let offset = 0;
  for (const { message, body } of batches) {
    if (message.offset < offset || body.offset < message.offset) return undefined;
    pieces.push({ offset, bytes: new Uint8Array(file.read(offset, body.offset - offset)) });
    offset = body.offset + body.length;
  }
  return [...pieces, { offset, bytes: new Uint8Array(file.read(offset, file.size - offset)) }];
}
