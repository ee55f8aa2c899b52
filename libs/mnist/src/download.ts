import { open, rm, stat } from 'node:fs/promises';
import { reasonOf } from './errors.ts';

/** Why a mirror did not deliver, and whether it is worth asking it again, as it brought something new. */
export class MirrorFault extends Error {
  readonly resumable: boolean;

  constructor(message: string, resumable: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = 'MirrorFault';
    this.resumable = resumable;
  }
}

export interface Transfer {
  readonly url: string;
  /** The file that the bytes are appended to. What it holds already is not asked for again. */
  readonly partial: string;
  /** More bytes than these are not accepted. */
  readonly maxBytes: number;
  /** Milliseconds without a byte after which the transfer is given up. */
  readonly stallTimeout: number;
  readonly signal: AbortSignal | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly onBytes: (bytes: number, total: number | undefined) => void;
}

/**
 * Downloads what a partial file lacks; a server that cannot begin in the middle (RFC 9110, section
 * 14) sends all of it again.
 *
 * @returns whether the file was begun by an earlier transfer, so that its parts may not fit.
 * @throws {MirrorFault} if the server does not deliver; what it sent is kept,
 *   unless it is of another part of the file.
 * @throws the reason of `signal`, or the error of the file system.
 */
export async function download(transfer: Transfer): Promise<{ resumed: boolean }> {
  const { url, partial, signal, stallTimeout } = transfer;
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([stop.signal, signal]) : stop.signal;
  let watch: NodeJS.Timeout | undefined;
  /** Waits for the server, but not for ever. */
  const wait = async <T>(step: Promise<T>, resumable: boolean): Promise<T> => {
    watch = setTimeout(() => {
      stop.abort(new Error(`nothing came for ${stallTimeout / 1000} s`));
    }, stallTimeout);
    try {
      return await step;
    } catch (error) {
      signal?.throwIfAborted();
      const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
      throw new MirrorFault(reasonOf(reason), resumable, error);
    } finally {
      clearTimeout(watch);
    }
  };

  signal?.throwIfAborted();
  const held = await sizeOf(partial);
  try {
    const response = await wait(
      transfer.fetch(url, {
        signal: stopped,
        headers: {
          'accept-encoding': 'identity',
          ...(held > 0 && { range: `bytes=${held}-` }),
        },
      }),
      false,
    );
    if (held > 0 && response.status === 416) return { resumed: true };
    if ((response.status !== 200 && response.status !== 206) || response.body === null) {
      throw new MirrorFault(`it answers ${response.status} ${response.statusText}`.trim(), false);
    }
    const start = startOf(response);
    if (start !== 0 && start !== held) {
      await rm(partial, { force: true });
      throw new MirrorFault(
        `it was asked for the bytes from ${held} on and sends others`,
        held > 0,
      );
    }
    await receive(response.body, { start, held, total: totalOf(response, start) }, transfer, wait);
    return { resumed: start > 0 };
  } finally {
    stop.abort();
  }
}

async function receive(
  body: ReadableStream<Uint8Array>,
  { start, held, total }: { start: number; held: number; total: number | undefined },
  { partial, maxBytes, onBytes }: Transfer,
  wait: <T>(step: Promise<T>, resumable: boolean) => Promise<T>,
): Promise<void> {
  const file = await open(partial, start > 0 ? 'a' : 'w');
  try {
    const reader = body.getReader();
    let bytes = start;
    for (;;) {
      onBytes(bytes, total);
      const { done, value } = await wait(reader.read(), bytes > held);
      if (done) return;
      bytes += value.length;
      if (bytes > maxBytes) {
        throw new MirrorFault(`it sends more than ${maxBytes} bytes`, false);
      }
      await file.appendFile(value);
    }
  } finally {
    await file.close();
  }
}

/** Where in the file the body begins, or undefined if a server that sends a part does not say. */
function startOf({ status, headers }: Response): number | undefined {
  if (status === 200) return 0;
  const range = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '');
  return range ? Number(range[1]) : undefined;
}

function totalOf(response: Response, start: number): number | undefined {
  const length = response.headers.get('content-length');
  return length === null || response.headers.has('content-encoding')
    ? undefined
    : start + Number(length);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
