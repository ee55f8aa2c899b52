import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/fixtures.ts';
import { AtomicFile, hashFile, parseTemporary, temporaryPath, writeFileAtomic } from './atomic.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

function newFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

/** The SHA-256 of "abc", FIPS 180-2, appendix B.1. */
const ABC_SHA256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('writeFileAtomic', () => {
  it('writes bytes and UTF-8 and leaves nothing else behind', () => {
    const path = newFolder('write');
    writeFileAtomic(join(path, 'a'), 'Löwe');
    writeFileAtomic(join(path, 'b'), Uint8Array.of(0, 255));
    writeFileAtomic(join(path, 'b'), Uint8Array.of(1));
    expect(readFileSync(join(path, 'a'), 'utf8')).toBe('Löwe');
    expect([...readFileSync(join(path, 'b'))]).toEqual([1]);
    expect(readdirSync(path).sort()).toEqual(['a', 'b']);
  });

  it('passes the error of the file system through with its code', () => {
    expect(() => {
      writeFileAtomic(join(folder, 'missing', 'a'), '');
    }).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it('removes the temporary file if it cannot be renamed', () => {
    const path = newFolder('rename');
    mkdirSync(join(path, 'taken'));
    expect(() => {
      writeFileAtomic(join(path, 'taken'), 'data');
    }).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(readdirSync(path)).toEqual(['taken']);
  });
});

describe('AtomicFile', () => {
  it('keeps the order, the size and the hash over small and large writes', () => {
    const path = join(newFolder('order'), 'file');
    const sizes = [3, 0, 1 << 20, 5, (1 << 20) - 5, 1, 3_000_000, 7];
    const pieces = sizes.map((size, index) => new Uint8Array(size).fill(index + 1));
    const file = new AtomicFile(path);
    pieces.forEach((piece, index) => {
      file.write(piece);
      const digest = createHash('sha256').update(Buffer.concat(pieces.slice(0, index + 1)));
      expect(Buffer.from(file.digest())).toEqual(digest.digest());
    });
    const { bytes, sha256 } = file.commit();
    const content = readFileSync(path);
    expect(content.equals(Buffer.concat(pieces))).toBe(true);
    expect(bytes).toBe(content.length);
    expect(sha256).toBe(execFileSync('sha256sum', [path], { encoding: 'utf8' }).slice(0, 64));
  });

  it('shows nothing under its name before it is committed', () => {
    const path = newFolder('discard');
    writeFileSync(join(path, 'file'), 'old');
    const file = new AtomicFile(join(path, 'file'));
    file.write(new Uint8Array(2 << 20));
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('old');
    expect(readdirSync(path)).toContainEqual(
      expect.stringMatching(
        new RegExp(`^\\.file\\.[A-Za-z0-9-]+\\.${process.pid}\\.[0-9a-f]{12}\\.tmp$`),
      ),
    );
    file.discard();
    file.discard();
    expect(readdirSync(path)).toEqual(['file']);
  });
});

describe('parseTemporary', () => {
  it('tells the host and the process that a temporary name names', () => {
    const path = temporaryPath(join(folder, 'a.b.parquet'));
    const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');
    expect(parseTemporary(basename(path))).toEqual({ host, pid: process.pid });
    expect(parseTemporary('.a.arrow.node-17.42.0123456789ab.tmp')).toEqual({
      host: 'node-17',
      pid: 42,
    });
    for (const name of ['a.arrow', 'notes.tmp', '.a.node.x.0123456789ab.tmp', '.a.node.1.ab.tmp']) {
      expect(parseTemporary(name)).toBeUndefined();
    }
  });
});

describe('hashFile', () => {
  it('gives the published digest', async () => {
    const path = join(folder, 'abc');
    writeFileSync(path, 'abc');
    expect(await hashFile(path)).toBe(ABC_SHA256);
  });

  it('rejects with the code of the file system', async () => {
    await expect(hashFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
