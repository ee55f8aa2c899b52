import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { files, rangeStart, serve, type Handler } from '../test/server.ts';
import { fileNames, temporaryFolder } from '../test/support.ts';
import { DataError } from './errors.ts';
import { fetchDataset, fetchKnown, type FetchOptions, type FetchProgress } from './fetch.ts';
import { knownDatasets, type KnownDataset } from './known.ts';

/** Contents that gzip cannot shrink, so that archives may be broken off in the middle. */
function noise(length: number, seed: number): Buffer {
  let state = seed;
  return Buffer.from(
    Uint8Array.from({ length }, () => (state = (state * 48271) % 2147483647) & 255),
  );
}

const names = Object.values(fileNames);
const contents = names.map((_, i) => noise(200_000 + i, i + 1));
const archives = Object.fromEntries(names.map((name, i) => [`${name}.gz`, gzipSync(contents[i])]));
const [first] = Object.values(archives);
const dataset: KnownDataset = {
  ...knownDatasets[0],
  files: knownDatasets[0].files.map((file, i) => ({
    ...file,
    bytes: contents[i].length,
    sha256: createHash('sha256').update(contents[i]).digest('hex'),
  })),
};

const nameOf = (url: string | undefined) => (url ?? '').split('/').at(-1) ?? '';
const half = (bytes: Buffer) => Math.floor(bytes.length / 2);
/** Promises the whole file, sends a part and hangs up. */
const breakOff: Handler = (request, response) => {
  const bytes = archives[nameOf(request.url)];
  const start = rangeStart(request);
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': bytes.length - start,
    'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
  });
  const end = start + Math.ceil((bytes.length - start) / 2);
  response.write(bytes.subarray(start, end), () => response.destroy());
};

const server = await serve({
  good: files(archives),
  wrong: files(
    Object.fromEntries(names.map((name, i) => [`${name}.gz`, gzipSync(contents[(i + 1) % 4])])),
  ),
  corrupt: files(Object.fromEntries(names.map((name) => [`${name}.gz`, noise(1000, 9)]))),
  short: files(
    Object.fromEntries(
      Object.entries(archives).map(([name, bytes]) => [name, bytes.subarray(0, half(bytes))]),
    ),
  ),
  endless: files(Object.fromEntries(names.map((name) => [`${name}.gz`, noise(400_000, 9)]))),
  unavailable: (_, response) => {
    response.writeHead(500).end();
  },
  noRanges: (request, response) => {
    response.writeHead(200).end(archives[nameOf(request.url)]);
  },
  fromStart: (request, response) => {
    const bytes = archives[nameOf(request.url)];
    response.writeHead(206, { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` });
    response.end(bytes);
  },
  otherRange: (_, response) => {
    response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('other');
  },
  encoded: (request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(archives[nameOf(request.url)]);
  },
  breakOff,
  breakOffOnce: (request, response) => {
    if (rangeStart(request) > 0) files(archives)(request, response);
    else breakOff(request, response);
  },
  silent: () => undefined,
  stalls: (request, response) => {
    const bytes = archives[nameOf(request.url)];
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, half(bytes)));
  },
});

const root = temporaryFolder();
let folders = 0;
const newFolder = () => join(root, `folder-${folders++}`);

/** Fetches from the paths of the test server. */
async function fetchFrom(paths: readonly string[], folder: string, options: FetchOptions = {}) {
  server.requests.length = 0;
  const mirrors = paths.map((path) => server.url + path);
  return fetchKnown(dataset, folder, { mirrors, ...options });
}

function expectWhole(folder: string): void {
  expect(readdirSync(join(folder, 'mnist')).sort()).toEqual(Object.keys(archives).sort());
  for (const [name, bytes] of Object.entries(archives)) {
    expect(readFileSync(join(folder, 'mnist', name)).equals(bytes)).toBe(true);
  }
}

/** Leaves a partial file of the first archive, as a download that was stopped does. */
function leavePartial(folder: string, bytes: Uint8Array): string {
  mkdirSync(join(folder, 'mnist'), { recursive: true });
  const path = join(folder, 'mnist', `${names[0]}.gz.partial`);
  writeFileSync(path, bytes);
  return path;
}

describe('fetchDataset', () => {
  it('fetches all files and says where they are and how far it is', async () => {
    const folder = newFolder();
    const seen: FetchProgress[] = [];
    const { location, fetched } = await fetchFrom(['good'], folder, {
      onProgress: (progress) => seen.push(progress),
    });
    expectWhole(folder);
    expect(fetched).toEqual(Object.keys(archives).map((name) => join(folder, 'mnist', name)));
    expect(location).toMatchObject({ name: 'mnist', folder: join(folder, 'mnist') });
    for (const name of names) {
      const steps = seen.filter(({ file }) => file === name);
      const total = archives[`${name}.gz`].length;
      expect(steps[0]).toEqual({ file: name, bytes: 0, total });
      expect(steps.at(-1)).toEqual({ file: name, bytes: total, total });
      expect(steps.every(({ bytes }, i) => i === 0 || bytes > steps[i - 1].bytes)).toBe(true);
    }
  });

  it('leaves whole files alone, plain or gzipped anew, and replaces others', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'mnist'), { recursive: true });
    const put = (name: string, bytes: Uint8Array) => {
      writeFileSync(join(folder, 'mnist', name), bytes);
    };
    put(names[0], contents[0]);
    put(`${names[1]}.gz`, gzipSync(contents[1], { level: 1 }));
    put(names[2], contents[2].subarray(0, 1000));
    put(`${names[3]}.gz`, Buffer.alloc(0));
    const { fetched, location } = await fetchFrom(['good'], folder);
    expect(server.requests).toEqual([`/good/${names[2]}.gz`, `/good/${names[3]}.gz`]);
    expect(fetched).toHaveLength(2);
    expect(location.files.map(({ path }) => nameOf(path))).toEqual([
      names[0],
      ...names.slice(1).map((name) => `${name}.gz`),
    ]);
    const again = await fetchFrom(['unavailable'], folder);
    expect(again.fetched).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it('goes on with a partial file', async () => {
    const folder = newFolder();
    leavePartial(folder, first.subarray(0, 1000));
    await fetchFrom(['good'], folder);
    expect(server.requests[0]).toBe(`/good/${names[0]}.gz 1000-`);
    expectWhole(folder);
  });

  it('takes a partial file that is whole', async () => {
    const folder = newFolder();
    leavePartial(folder, first);
    await fetchFrom(['good'], folder);
    expect(server.requests.filter((request) => request.includes(names[0]))).toHaveLength(1);
    expectWhole(folder);
  });

  it.each([
    ['of something else', noise(1000, 5)],
    ['that is too long', Buffer.concat([first, noise(50, 5)])],
  ])('throws a partial file %s away and fetches it again', async (_, partial) => {
    const folder = newFolder();
    leavePartial(folder, partial);
    await fetchFrom(['good'], folder);
    expect(server.requests.slice(0, 2)).toEqual([
      `/good/${names[0]}.gz ${partial.length}-`,
      `/good/${names[0]}.gz`,
    ]);
    expectWhole(folder);
  });

  it.each(['noRanges', 'encoded'])('copes with a server that ignores ranges: %s', async (path) => {
    const folder = newFolder();
    leavePartial(folder, first.subarray(0, 1000));
    await fetchFrom([path], folder);
    expect(readFileSync(join(folder, 'mnist', `${names[0]}.gz`)).subarray(0, 9)).toEqual(
      (path === 'encoded' ? contents[0] : first).subarray(0, 9),
    );
    const { fetched } = await fetchFrom(['unavailable'], folder);
    expect(fetched).toEqual([]);
  });

  it('asks a server that breaks off to go on', async () => {
    const folder = newFolder();
    await fetchFrom(['breakOffOnce'], folder);
    expect(server.requests).toHaveLength(8);
    expect(server.requests[1]).toMatch(/images-idx3-ubyte\.gz \d+-$/);
    expectWhole(folder);
  });

  it('goes on at the next mirror with what the last one sent', async () => {
    const folder = newFolder();
    await fetchFrom(['stalls', 'good'], folder, { stallTimeout: 100 });
    expect(server.requests.filter((request) => request.startsWith('/good'))).toEqual(
      Object.entries(archives).map(([name, bytes]): unknown =>
        expect.stringMatching(`/good/${name} ${half(bytes)}-`),
      ),
    );
    expectWhole(folder);
  });

  it.each([
    ['missing', /: it answers 404 Not Found/],
    ['unavailable', /: it answers 500 Internal Server Error/],
    [
      'wrong',
      /: it is not MNIST's train-images-idx3-ubyte: the SHA-256 of its contents is \w+, not \w+/,
    ],
    ['corrupt', /: it is not MNIST's train-images-idx3-ubyte: the SHA-256/],
    ['short', /: the gzip archive is cut off after \d+ bytes/],
    ['endless', /: it sends more than \d+ bytes/],
    ['breakOff', /: terminated \(other side closed\)/],
    ['silent', /: nothing came for 0.1 s/],
    ['stalls', /: nothing came for 0.1 s/],
  ])(
    'turns to the next mirror where one is %s, and names both if both fail',
    async (path, fault) => {
      const folder = newFolder();
      const options = { stallTimeout: 100 };
      const failure = fetchFrom([path, 'unavailable/too/'], folder, options);
      await expect(failure).rejects.toThrow(DataError);
      await expect(failure).rejects.toThrow(fault);
      await expect(failure).rejects.toThrow(`${server.url}${path}/${names[0]}.gz: `);
      await expect(failure).rejects.toThrow(/unavailable\/too\/.*: it answers 500/);
      expect(readdirSync(join(folder, 'mnist')).filter((name) => name.endsWith('gz'))).toEqual([]);
      await fetchFrom([path, 'good'], folder, options);
      expectWhole(folder);
    },
  );

  it('takes all of a file for a range, but no other range', async () => {
    const folder = newFolder();
    leavePartial(folder, first.subarray(0, 1000));
    await fetchFrom(['fromStart'], folder);
    expectWhole(folder);

    leavePartial(folder, first.subarray(0, 1000));
    writeFileSync(join(folder, 'mnist', `${names[0]}.gz`), '');
    await expect(fetchFrom(['otherRange'], folder)).rejects.toThrow(
      /it was asked for the bytes from 0 on and sends others/,
    );
    expect(server.requests).toEqual([
      `/otherRange/${names[0]}.gz 1000-`,
      `/otherRange/${names[0]}.gz`,
    ]);
  });

  it('says that nobody listens', async () => {
    const closed = { mirrors: ['http://127.0.0.1:1/'] };
    await expect(fetchFrom([], newFolder(), closed)).rejects.toThrow(
      /could not be fetched\. http:\/\/127.0.0.1:1\/.*: fetch failed \(.*\)\./,
    );
  });

  it('stops when it is told to, keeps what came, and goes on later', async () => {
    const folder = newFolder();
    const stop = new AbortController();
    const reason = new Error('enough');
    const stopped = fetchFrom(['stalls', 'good'], folder, {
      signal: stop.signal,
      onProgress: ({ bytes }) => {
        if (bytes >= half(first)) stop.abort(reason);
      },
    });
    await expect(stopped).rejects.toBe(reason);
    await fetchFrom(['good'], folder);
    expect(server.requests[0]).toBe(`/good/${names[0]}.gz ${half(first)}-`);
    await expect(
      fetchFrom(['good'], newFolder(), { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });

  it('uses the fetch that it is given', async () => {
    const asked: string[] = [];
    const folder = newFolder();
    await fetchFrom(['elsewhere'], folder, {
      fetch: (input, init) => {
        const url = input as string;
        asked.push(url);
        return fetch(url.replace('elsewhere', 'good'), init);
      },
    });
    expect(asked[0]).toBe(`${server.url}elsewhere/${names[0]}.gz`);
    expectWhole(folder);
  });

  it('refuses an unknown name and a mirror that is no address', async () => {
    const folder = newFolder();
    await expect(fetchDataset('cifar', folder)).rejects.toThrow(
      "No mirror is known for the data set 'cifar', only for: mnist, fashion-mnist.",
    );
    for (const mirror of ['example.org/mnist', 'file:///data']) {
      await expect(fetchDataset('mnist', folder, { mirrors: [mirror] })).rejects.toThrow(
        `The mirror '${mirror}' is not an address`,
      );
    }
    expect(existsSync(folder)).toBe(false);
  });
});
