import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A file on disk by its path, or the content of one; `name` stands for its path in errors. */
export type ArrowSource = string | { readonly name: string; readonly bytes: Uint8Array };

/** Bytes that can be read anywhere. */
export interface OpenSource {
  readonly name: string;
  readonly size: number;
  /** @throws Error if they end before. */
  readonly read: (position: number, length: number) => Uint8Array;
  readonly close: () => void;
}

/** Opens a source; of bytes in memory, what is read is a view. Throws the file system's errors. */
export function openSource(source: ArrowSource): OpenSource {
  if (typeof source === 'string') return openFile(source);
  const { name, bytes } = source;
  return {
    name,
    size: bytes.length,
    read: (position, length) => bytes.subarray(position, position + length),
    close: () => undefined,
  };
}

function openFile(path: string): OpenSource {
  const descriptor = openSync(path, 'r');
  const { size } = fstatSync(descriptor);
  return {
    name: path,
    size,
    read: (position, length) => {
      const bytes = new Uint8Array(length);
      for (let read = 0; read < length;) {
        const count = readSync(descriptor, bytes, read, length - read, position + read);
        if (count === 0) throw new Error(`${path}: expected ${length} bytes at ${position}`);
        read += count;
      }
      return bytes;
    },
    close: () => closeSync(descriptor),
  };
}
