import { knownDatasets, listDatasets, type FilesLocation } from '@resdiff/mnist';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tinySet, writeTinySet } from './image-sets.ts';
import {
  inTerminal,
  namesIn,
  need,
  refusal,
  resdiff,
  root,
  scratch,
  sha256,
  shell,
  start,
  until,
} from './support.ts';

const files = Object.keys(tinySet);

describe.concurrent('data', () => {
  it('--help says what there is, and where data sets are looked for', async () => {
    const { code, stdout, stderr } = await resdiff(['data', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of ['list', 'verify', 'path', 'fetch']) {
      expect(stdout).toMatch(new RegExp(`^  ${command} \\[?`, 'm'));
    }
    expect(stdout).toContain('$RESDIFF_DATA');
    expect(stdout).toContain('synthetic');
  });

  it.each([
    [['data'], 'Usage: resdiff data '],
    [['data', 'frob'], "resdiff: unknown command 'frob'"],
    [
      ['data', 'path'],
      "resdiff: missing required argument 'name'\n(see resdiff data path --help)\n",
    ],
    [
      ['data', 'list', '--data', 'none'],
      /^resdiff: --data is 'none', which is not a folder\.\nGive a folder that exists, /,
    ],
    [
      ['data', 'path', 'nist'],
      "resdiff: There is no data set named 'nist': known are mnist, fashion-mnist, synthetic.\n" +
        'Give one of these, or the path of a folder with IDX files.\n',
    ],
    [['data', 'verify', 'synthetic', './none'], /^resdiff: .*none/],
    [['data', 'path', 'synthetic'], 'resdiff: The synthetic digits are drawn, not read: '],
  ])('%j is refused', async (words, message) => {
    const said = await refusal(words);
    if (typeof message === 'string') expect(said.slice(0, message.length)).toBe(message);
    else expect(said).toMatch(message);
  });
});

describe.concurrent('data list', () => {
  it('prints what is found and what is missing, with licences and sizes', async () => {
    const cwd = scratch();
    writeTinySet(join(cwd, 'data/mine'));
    const { code, stdout, stderr } = await resdiff(['data', 'list'], cwd);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      [
        'mnist: MNIST, 60,000 + 10,000 handwritten digits, 28 x 28 (LeCun, Cortes and Burges, 1998)',
        '  licence  CC BY-SA 3.0',
        `  missing  MNIST was not found in ${cwd}/data/mnist, `,
      ].join('\n'),
    );
    expect(stdout).toMatch(/^ {11}Fetch it with: resdiff data fetch mnist\. /m);
    expect(stdout).toContain(
      [
        `${cwd}/data/mine`,
        `  folder   ${cwd}/data/mine`,
        '  files    train-images-idx3-ubyte  28 B',
        '           train-labels-idx1-ubyte  11 B',
        '           t10k-images-idx3-ubyte   24 B',
        '           t10k-labels-idx1-ubyte   10 B',
        '',
      ].join('\n'),
    );
    expect(stdout).toMatch(/^synthetic: 60,000 \+ 10,000 digits that resdiff draws itself; /m);
    expect(stdout).toMatch(new RegExp(`^Searched in this order: ${cwd}/data, `, 'm'));
  });

  it('is one JSON document with --json, and silent with --quiet', async () => {
    const cwd = scratch();
    const folder = writeTinySet(join(cwd, 'elsewhere/mnist'));
    const words = ['data', 'list', '--data', 'elsewhere'];
    const { code, stdout, stderr } = await resdiff([...words, '--json'], cwd);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { folders, datasets, synthetic } = JSON.parse(stdout) as {
      folders: { path: string; from: string }[];
      datasets: Record<string, unknown>[];
      synthetic: { name: string };
    };
    expect(folders[0]).toEqual({ path: join(cwd, 'elsewhere'), from: 'user' });
    expect(datasets.map(({ name }) => name)).toEqual(['mnist', 'fashion-mnist']);
    expect(datasets[0]).toEqual({
      name: 'mnist',
      title: 'MNIST',
      description: knownDatasets[0].description,
      licence: 'CC BY-SA 3.0',
      folder,
      files: ['train-images', 'train-labels', 'test-images', 'test-labels'].map((role, i) => ({
        role,
        path: join(folder, files[i]),
        bytes: tinySet[files[i]].length,
      })),
      missing: null,
      remedy: null,
    });
    expect(synthetic.name).toBe('synthetic');
    expect(await resdiff([...words, '--quiet'], cwd)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('says what an incomplete set lacks, wherever it is', async () => {
    const cwd = scratch();
    writeTinySet(join(cwd, 'data/mnist'));
    rmSync(join(cwd, 'data/mnist/t10k-labels-idx1-ubyte'));
    for (const words of [[], ['--data', 'data'], ['--data', 'data/mnist']]) {
      const { code, stdout } = await resdiff(['data', 'list', ...words], cwd);
      expect(code).toBe(0);
      expect(stdout).toContain(
        `  missing  ${cwd}/data/mnist has no test-labels.\n           Put t10k-labels-idx1-ubyte there,`,
      );
    }
  });
});

describe.concurrent('data path', () => {
  it('prints the folder alone, of a name or of a path', async () => {
    const cwd = scratch();
    const folder = writeTinySet(join(cwd, 'data/mnist'));
    for (const name of ['mnist', 'data/mnist', folder]) {
      expect(await resdiff(['data', 'path', name], cwd)).toMatchObject({
        code: 0,
        stdout: `${folder}\n`,
        stderr: '',
      });
    }
    const { stdout } = await resdiff(['data', 'path', 'mnist', '--json'], cwd);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'mnist', folder });
  });

  it('finds it in --data before RESDIFF_DATA before ./data', async () => {
    const cwd = scratch();
    for (const place of ['a', 'b', 'data']) writeTinySet(join(cwd, place, 'mnist'));
    const found = async (line: string) => (await shell(line, cwd)).stdout.trim();
    expect(await found('resdiff data path mnist')).toBe(join(cwd, 'data/mnist'));
    expect(await found('RESDIFF_DATA=b resdiff data path mnist')).toBe(join(cwd, 'b/mnist'));
    expect(await found('RESDIFF_DATA=b resdiff data path mnist --data a')).toBe(
      join(cwd, 'a/mnist'),
    );
  });

  it('fails where the set is not, and says how to get it', async () => {
    const { code, stdout, stderr } = await resdiff(['data', 'path', 'mnist']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^resdiff: MNIST was not found in .*\nFetch it with: resdiff data fetch mnist\. /,
    );
  });
});

describe.concurrent('data verify', () => {
  it('says of each file that it is whole', async () => {
    const cwd = scratch();
    writeTinySet(join(cwd, 'mine'));
    const { code, stdout, stderr } = await resdiff(['data', 'verify', './mine', 'synthetic'], cwd);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(`./mine in ${cwd}/mine`);
    for (const [i, file] of files.entries()) {
      expect(lines[i + 1]).toMatch(new RegExp(`^  whole  ${file} +SHA-256 [0-9a-f]{64}$`));
    }
    expect(lines.slice(5)).toEqual([
      'synthetic: drawn by resdiff, so it has no files',
      'Whole: 2 of 2 data sets.',
    ]);
  });

  it('says what is wrong, also in JSON and with --quiet, and fails', async () => {
    const cwd = scratch();
    const [images, labels] = files;
    const folder = writeTinySet(join(cwd, 'mine'), {
      [images]: tinySet[images].subarray(0, 20),
      [files[3]]: tinySet[labels],
    });
    const quiet = await resdiff(['data', 'verify', 'mine', '--quiet'], cwd);
    expect({ code: quiet.code, stdout: quiet.stdout }).toEqual({ code: 1, stdout: '' });
    expect(quiet.stderr).toMatch(new RegExp(`^  wrong  ${folder}/${images} is truncated: `, 'm'));
    expect(quiet.stderr).toContain(
      `  wrong  ${folder}/${files[2]} holds 2 images, but ${folder}/${files[3]} 3 labels; `,
    );
    expect(quiet.stderr).toMatch(/\nWhole: 0 of 1 data set\.\n$/);

    const { code, stdout } = await resdiff(['data', 'verify', 'mine', '--json'], cwd);
    expect(code).toBe(1);
    const { datasets } = JSON.parse(stdout) as {
      datasets: { name: string; whole: boolean; files: { role: string; fault: string | null }[] }[];
    };
    expect(datasets).toMatchObject([{ name: 'mine', folder, whole: false, fault: null }]);
    const wrong = datasets[0].files.filter(({ fault }) => fault !== null);
    expect(wrong.map(({ role }) => role)).toEqual(['train-images', 'test-labels']);
  });

  it('holds a known set against its checksums, and says how to get it anew', async () => {
    const cwd = scratch();
    const folder = writeTinySet(join(cwd, 'data/mnist'));
    const { code, stderr } = await resdiff(['data', 'verify', 'mnist'], cwd);
    expect(code).toBe(1);
    expect(stderr).toContain(`  wrong  ${folder}/${files[0]} is not MNIST's ${files[0]}: `);
    expect(stderr).toContain(
      `\n  Fetch what is wrong again with: npx resdiff data fetch mnist --to ${cwd}/data\n`,
    );
  });

  it('without names looks at all there is, also at a part of a set', async () => {
    const cwd = scratch();
    writeTinySet(join(cwd, 'data/mine'));
    mkdirSync(join(cwd, 'data/mnist'));
    const words = ['data', 'verify', '--json'];
    const names = async () => {
      const { code, stdout } = await resdiff(words, cwd);
      const { datasets } = JSON.parse(stdout) as { datasets: { name: string; whole: boolean }[] };
      return { code, found: datasets.filter(({ name }) => name !== 'fashion-mnist') };
    };
    const mine = { name: join(cwd, 'data/mine'), whole: true };
    expect(await names()).toMatchObject({ code: 0, found: [mine] });

    writeFileSync(join(cwd, 'data/mnist', `${files[0]}.gz.partial`), '');
    expect(await names()).toMatchObject({
      code: 1,
      found: [{ name: 'mnist', whole: false }, mine],
    });
    const { stderr } = await resdiff(['data', 'verify'], cwd);
    expect(stderr).toContain(
      `mnist: ${cwd}/data/mnist has no train-images, no train-labels, no test-images, no test-labels.\n` +
        `Fetch what is missing with: npx resdiff data fetch mnist --to ${cwd}/data\n`,
    );
  });
});

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

interface Mirror {
  readonly url: string;
  /** `/name 100-`: the file and the bytes that were asked for. */
  readonly requests: string[];
}

/**
 * Serves the files of a folder, with ranges.
 *
 * @param most how many bytes of a file are sent before the server falls silent.
 */
async function mirrorOf(folder: string, most = () => Infinity): Promise<Mirror> {
  const requests: string[] = [];
  const server = createServer(({ url = '', headers: { range } }, response) => {
    requests.push(`${url}${range?.replace('bytes=', ' ') ?? ''}`);
    const path = join(folder, basename(url));
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    const bytes = readFileSync(path);
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const headers = { 'content-length': bytes.length - from };
    const part = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    if (from > 0) response.writeHead(206, { ...headers, 'content-range': part });
    else response.writeHead(200, headers);
    const end = Math.min(bytes.length, from + most());
    if (end === bytes.length) response.end(bytes.subarray(from));
    else response.write(bytes.subarray(from, end));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, requests };
}

/** The address of a port on which nothing listens any more. */
const nobody = await new Promise<string>((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => {
      resolve(`http://127.0.0.1:${port}/`);
    });
  });
});

describe.concurrent('data fetch fails', () => {
  it('with one message that names each mirror and what it did, where none delivers', async () => {
    const cwd = scratch();
    const empty = await mirrorOf(scratch());
    const wrong = await mirrorOf(
      writeTinySet(scratch(), { [`${files[0]}.gz`]: Buffer.from('no') }),
    );
    const words = ['data', 'fetch', 'mnist'];
    const mirrors = [nobody, empty.url, wrong.url].flatMap((url) => ['--mirror', url]);
    const { code, stdout, stderr } = await resdiff([...words, ...mirrors], cwd);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const said = stderr.split('\n');
    expect(said[0]).toBe(`Fetching MNIST into ${cwd}/data/mnist`);
    expect(stderr).not.toContain('    at ');
    const message = said.find((line) => line.startsWith('resdiff: '));
    expect(message).toMatch(
      new RegExp(
        `^resdiff: MNIST's ${files[0]} could not be fetched\\. ` +
          `${nobody}${files[0]}\\.gz: .*ECONNREFUSED.*; ` +
          `${empty.url}${files[0]}\\.gz: it answers 404 Not Found; ` +
          `${wrong.url}${files[0]}\\.gz: it is not MNIST's .*$`,
      ),
    );
    expect(said.slice(-3)).toEqual([
      `Try again later: what has come is kept. Or put the file where ${cwd}/data/mnist/${files[0]}.gz should be.`,
      `  npx resdiff data fetch mnist ${mirrors.join(' ')}`,
      '',
    ]);
  });

  it('in JSON with --json', async () => {
    const words = ['data', 'fetch', 'mnist', '--mirror', nobody, '--to', 'there', '--json'];
    const { code, stdout } = await resdiff([...words, '--quiet']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        message: expect.stringMatching(/^MNIST's .* could not be fetched\. http:/) as unknown,
        remedy: expect.stringMatching(/^Try again later: /) as unknown,
        command: `npx resdiff ${words.join(' ')} --quiet`,
        exitCode: 1,
      },
    });
  });

  it.each([
    [['nist'], "resdiff: No mirror is known for the data set 'nist', only for: mnist, fashion-mn"],
    [
      ['synthetic'],
      'resdiff: The synthetic digits are drawn, not fetched: they are always there.\n',
    ],
    [
      ['mnist', '--mirror', 'ftp://here'],
      "resdiff: option '--mirror <url>' argument 'ftp://here' is invalid. It must begin with http",
    ],
    [
      ['mnist', '--to', ''],
      "resdiff: option '--to <folder>' argument '' is invalid. It must name a",
    ],
    [['mnist', '--data', 'none'], "resdiff: --data is 'none', which is not a folder.\n"],
    [[], "resdiff: missing required argument 'name'\n(see resdiff data fetch --help)\n"],
    [
      ['mnist', '--to', 'figure-2.yaml', '--quiet'],
      'resdiff: figure-2.yaml cannot hold data sets: ENOTDIR: ',
    ],
  ])('%j is refused', async (words, message) => {
    expect((await refusal(['data', 'fetch', ...words])).slice(0, message.length)).toBe(message);
  });
});

const real = listDatasets({
  cwd: root,
  folders: ['data', '../shared/data', '/usr/share/datasets'].map((path) => ({
    path: path.startsWith('/') ? path : join(root, path),
    from: 'default',
  })),
}).find(({ known, location }) => known && location);

describe.runIf(real)('data fetch of a real data set', { concurrent: true }, () => {
  const { name, title } = real?.known ?? { name: '', title: '' };

  /** A folder with its four archives, as a mirror has them. */
  function archives(): string {
    const folder = scratch();
    for (const { path } of (real!.location as FilesLocation).files) {
      if (!path.endsWith('.gz')) throw new Error(`${path} is not gzipped`);
      copyFileSync(path, join(folder, basename(path)));
    }
    return folder;
  }

  const words = ['data', 'fetch', name, '--to', 'data'];
  const gzipped = files.map((file) => `${file}.gz`);

  it('fetches it from the first mirror that delivers, and then finds it', async () => {
    const cwd = scratch();
    const folder = archives();
    const [empty, mirror] = [await mirrorOf(scratch()), await mirrorOf(folder)];
    const mirrors = ['--mirror', `${empty.url}none`, '--mirror', mirror.url];
    const { code, stdout, stderr } = await resdiff([...words, ...mirrors], cwd);
    expect(code).toBe(0);
    expect(stdout).toBe(`Fetched ${gzipped.join(', ')} of ${title} into data/${name}\n`);
    const lines = stderr.trimEnd().split('\n');
    expect(lines[0]).toBe(`Fetching ${title} into data/${name}`);
    expect(lines.at(-1)).toMatch(/^t10k-labels-idx1-ubyte, [\d.]+ KiB, in [\d.]+ m?s$/);
    expect(empty.requests).toEqual(gzipped.map((file) => `/none/${file}`));
    for (const file of gzipped) {
      expect(sha256(join(cwd, 'data', name, file))).toBe(sha256(join(folder, file)));
    }
    expect(namesIn(join(cwd, 'data', name))).toEqual([...gzipped].sort());

    const there = join(cwd, 'data', name);
    expect((await resdiff(['data', 'path', name], cwd)).stdout).toBe(`${there}\n`);
    expect((await resdiff(['data', 'verify', name], cwd)).code).toBe(0);

    // It is there and whole: no mirror is asked, with --to or without.
    for (const [again, where] of [
      [words, `data/${name}`],
      [words.slice(0, 3), there],
    ] as const) {
      expect(await resdiff([...again, '--mirror', nobody], cwd)).toMatchObject({
        code: 0,
        stdout: `Nothing to do: ${where} holds ${title}, complete and undamaged.\n`,
      });
    }
  });

  it('replaces what is damaged, and nothing else', async () => {
    const cwd = scratch();
    const folder = archives();
    const mirror = await mirrorOf(folder);
    const there = join(cwd, 'mine', name);
    cpSync(folder, there, { recursive: true });
    rmSync(join(there, 'figure-2.yaml'));
    truncateSync(join(there, gzipped[1]), 100);
    const fetch = ['data', 'fetch', name, '--data', 'mine', '--mirror', mirror.url, '--json'];
    const { code, stdout } = await resdiff(fetch, cwd);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name,
      folder: there,
      fetched: [join(there, gzipped[1])],
    });
    expect(mirror.requests).toEqual([`/${gzipped[1]}`]);
  });

  it('ends with 130 on Ctrl-C, and the same command goes on with the file', async () => {
    const cwd = scratch();
    let most = 100_000;
    const mirror = await mirrorOf(archives(), () => most);
    const partial = join(cwd, 'data', name, `${gzipped[0]}.partial`);
    const fetch = [...words, '--mirror', mirror.url];
    const run = start(fetch, cwd);
    await until(() => existsSync(partial) && statSync(partial).size === most, run);
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toBe(
      `Fetching ${title} into data/${name}\n` +
        `resdiff: Stopped. What has come of ${title} is kept.\n` +
        'Give the same command again: it goes on where this one stopped.\n' +
        `  npx resdiff ${fetch.join(' ')}\n`,
    );
    expect(statSync(partial).size).toBe(100_000);

    most = Infinity;
    expect((await resdiff(fetch, cwd)).code).toBe(0);
    expect(mirror.requests.slice(0, 2)).toEqual([`/${gzipped[0]}`, `/${gzipped[0]} 100000-`]);
    expect((await resdiff(['data', 'verify', name], cwd)).code).toBe(0);
  });

  it('draws a bar for each file on a terminal', async ({ skip }) => {
    need('script', { skip });
    const mirror = await mirrorOf(archives());
    const line = `resdiff ${words.join(' ')} --mirror ${mirror.url}`;
    const { code, stdout } = await inTerminal(line, scratch());
    expect(code).toBe(0);
    for (const file of files) {
      expect(stdout).toMatch(
        new RegExp(`━{30} 100% {2}${file} {2}[\\d.]+ [KM]iB {2}in [\\d.]+ m?s`),
      );
    }
  });
});
