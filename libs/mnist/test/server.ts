import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface TestServer {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string;
  /** `GET /a/file 10-`, for every request that came: its path and the bytes it asked for. */
  readonly requests: string[];
}

/** A server on this machine, closed after the tests of the file; paths go to the handler of their first part. */
export async function serve(handlers: Readonly<Record<string, Handler>>): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const range = request.headers.range?.replace('bytes=', ' ') ?? '';
    requests.push(`${request.url}${range}`);
    const handler = handlers[(request.url ?? '').split('/')[1]];
    if (handler) handler(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, requests };
}

/** The byte at which a request wants to begin. */
export function rangeStart(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
}

/** Serves files by the last part of their path, with ranges. */
export function files(contents: Readonly<Record<string, Buffer>>): Handler {
  return (request, response) => {
    const bytes = contents[(request.url ?? '').split('/').at(-1) ?? ''];
    const start = rangeStart(request);
    if (start >= bytes.length) {
      response.writeHead(416).end();
    } else if (start > 0) {
      const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
      response.writeHead(206, {
        'content-range': range,
        'content-length': bytes.length - start,
      });
      response.end(bytes.subarray(start));
    } else {
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    }
  };
}
