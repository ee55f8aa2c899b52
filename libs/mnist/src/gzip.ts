import { createGunzip, inflateRawSync } from 'node:zlib';
import { DataError, reasonOf } from './errors.ts';

/** Deflate compresses by no more than this, so a trailer that claims more is not believed. */
const MAX_RATIO = 1032;
const MAX_CHUNK = 2 ** 30;
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;

/** Whether bytes start as a gzip file does (RFC 1952, section 2.3.1). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The contents of a gzip file, inflated on another thread. Bytes that are not gzip are returned as
 * they are.
 *
 * @param name what messages call the file.
 * @throws {DataError} if the file is cut off or corrupt, or if anything follows the archive.
 */
export async function unzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  const engine = createGunzip({ chunkSize: chunkSize(bytes) });
  engine.end(bytes);
  const pieces: Buffer[] = [];
  try {
    for await (const piece of engine) pieces.push(piece as Buffer);
  } catch (error) {
    throw gzipFault(bytes, name, error);
  }
  const rest = bytes.length - engine.bytesWritten;
  if (rest > 0) throw trailingGarbage(name, rest);
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

/** Room for all of the output at once, as the trailer gives its size: so it is not copied together. */
function chunkSize(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const claimed = bytes.length < 4 ? 0 : view.getUint32(bytes.length - 4, true);
  return Math.min(claimed, MAX_RATIO * bytes.length, MAX_CHUNK) + 64;
}

function trailingGarbage(name: string, rest: number): DataError {
  return new DataError(
    `${name}: ${rest} bytes follow the end of the gzip archive; it should end there.`,
    { remedy: 'Fetch the file again.' },
  );
}

/** Why an archive could not be inflated. zlib gives up on garbage after an archive without saying so. */
function gzipFault(bytes: Uint8Array, name: string, cause: unknown): DataError {
  const remedy = 'Fetch the file again.';
  if (isCutOff(cause)) {
    return new DataError(
      `${name}: the gzip archive is cut off after ${bytes.length} bytes; its end is missing.`,
      { remedy, cause },
    );
  }
  const end = archiveEnd(bytes);
  return end !== undefined && end < bytes.length
    ? trailingGarbage(name, bytes.length - end)
    : new DataError(`${name}: the gzip archive is corrupt: ${reasonOf(cause)}.`, { remedy, cause });
}

function isCutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
}

/** Where the first member of an archive ends, or undefined if it does not inflate. */
function archiveEnd(bytes: Uint8Array): number | undefined {
  const start = headerEnd(bytes);
  try {
    const { engine } = inflateRawSync(bytes.subarray(start), { info: true }) as unknown as {
      engine: { bytesWritten: number };
    };
    return start + engine.bytesWritten + TRAILER_BYTES;
  } catch {
    return undefined;
  }
}

/** Where the compressed data begin (RFC 1952, section 2.3). */
function headerEnd(bytes: Uint8Array): number {
  const flags = bytes[3];
  let at = HEADER_BYTES;
  if (flags & 4) at += 2 + bytes[at] + 256 * bytes[at + 1];
  if (flags & 8) at = bytes.indexOf(0, at) + 1;
  if (flags & 16) at = bytes.indexOf(0, at) + 1;
  if (flags & 2) at += 2;
  return at;
}
