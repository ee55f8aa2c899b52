import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import { complete, failureOf, scratch } from '../test/support.ts';
import { UserError } from './errors.ts';
import {
  isDone,
  manifestText,
  newManifest,
  parseManifest,
  readManifest,
  writeManifest,
} from './manifest.ts';

const fresh = newManifest(drawsPlan({ draws: 10, shardSize: 5 }));
const path = 'somewhere/manifest.json';

function refusal(content: string): UserError {
  try {
    parseManifest(content, path);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error('expected a refusal');
}

describe('readManifest', () => {
  it('reads what was written, before and after a run', async () => {
    const folder = await scratch();
    expect(await readManifest(folder)).toBeUndefined();
    writeManifest(folder, fresh);
    expect(await readManifest(folder)).toEqual(fresh);
    expect(await readdir(folder)).toEqual(['manifest.json']);

    const run = await complete(drawsPlan({ draws: 10, shardSize: 5 }), folder, {
      command: 'resdiff run test',
    });
    const found = await readManifest(folder);
    expect(found).toMatchObject({
      format: 'resdiff-manifest',
      formatVersion: 1,
      state: 'complete',
      runId: fresh.runId,
      machine: { node: process.versions.node },
      shards: [
        { id: 'draws-0-5', device: 'cpu', notes: { even: 3 } },
        { id: 'draws-5-10', file: 'shards/draws-5-10.arrow', notes: { even: 2 } },
      ],
      tables: [
        { name: 'draws', file: 'draws.parquet', rows: 10 },
        { name: 'draws', file: 'draws.arrow', rows: 10 },
      ],
      sessions: [{ workers: 1, shardsComputed: 2, command: 'resdiff run test' }],
    });
    expect(found?.shards).toEqual(run.manifest.shards);
  });

  it('reads that of a plain run which knew nothing of sweeps', async () => {
    const text = await readFile(new URL('../test/manifest-plain.json', import.meta.url), 'utf8');
    const manifest = parseManifest(text, path);
    expect(manifest).toMatchObject({ runId: 'e62e045356ab', state: 'complete' });
    expect(manifest.shards.every(isDone)).toBe(true);
    expect(Object.keys(newManifest(drawsPlan({ draws: 100, shardSize: 30 })))).toEqual(
      Object.keys(manifest),
    );
  });

  it('says why a manifest cannot be read', async () => {
    const folder = await scratch();
    await writeFile(join(folder, 'plain'), '');
    const error = await failureOf(readManifest(join(folder, 'plain')));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('ENOTDIR');
  });
});

describe('parseManifest', () => {
  const content = manifestText(fresh).trimEnd();

  it('refuses an empty file and every kind of truncation', () => {
    expect(refusal('').message).toContain('it is empty');
    for (let length = 1; length < content.length; length += 37) {
      const error = refusal(content.slice(0, length));
      expect(error.message).toContain(`${path} is damaged: it is not whole JSON`);
      expect(error.remedy).toContain('Delete it and give the command that began the run');
    }
  });

  it('refuses a manifest of which a digit was changed, wherever', () => {
    expect(parseManifest(content, path)).toEqual(fresh);
    const digits = [...content.matchAll(/\d/g)].map(({ index }) => index);
    for (const at of digits.filter((_, i) => i % 7 === 0)) {
      const other = content[at] === '1' ? '2' : '1';
      refusal(content.slice(0, at) + other + content.slice(at + 1));
    }
    const changed = content.replace('"seed": "', '"seed": "1');
    expect(refusal(changed).message).toContain('its checksum is not that of its content');
  });

  it('refuses the manifest of a newer version', () => {
    const error = refusal(JSON.stringify({ ...fresh, formatVersion: 2 }));
    expect(error.message).toContain('format version 2; this resdiff reads versions up to 1');
    expect(error.remedy).toContain('newer resdiff');
  });

  it("refuses another program's", () => {
    for (const other of ['[]', '3', '{"name":"a web app"}']) {
      expect(refusal(other).message).toContain('is not the manifest of a resdiff run');
    }
  });

  it.each([
    [{ formatVersion: 'one' }, 'formatVersion is "one", not 1'],
    [{ state: 'done' }, 'state is "done", not one of running, stopped, partial, complete'],
    [{ seed: 7 }, 'seed is 7, not a text'],
    [{ versions: { draws: 1 } }, 'versions.draws is 1, not a text'],
    [{ machine: null }, 'machine is null, not an object'],
    [{ shards: [{ id: 'a', task: 1, rows: -1, cost: 0 }] }, 'shards[0].rows is -1, not a count'],
    [{ shards: [{ id: 'a', task: 1, rows: 1, cost: 0, file: 'a' }] }, 'shards[0].bytes is missing'],
    [
      { artifacts: [{ file: 'a', bytes: 1, sha256: 'abc' }] },
      'artifacts[0].sha256 is "abc", not a SHA-256 in hexadecimal',
    ],
    [{ tables: {} }, 'tables is {}, not a list'],
  ])('names what is wrong in %j', (change, problem) => {
    const error = refusal(JSON.stringify({ ...fresh, ...change }));
    expect(error.message).toBe(`${path} is damaged: ${problem}.`);
  });
});
