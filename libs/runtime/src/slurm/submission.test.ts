import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureOf, scratch } from '../../test/support.ts';
import { UserError } from '../errors.ts';
import {
  lastLogLine,
  latestSubmission,
  logFile,
  newSubmission,
  readSubmission,
  shardsOfTask,
  submissionFolder,
  submissionNumbers,
  writeSubmission,
  type Submission,
} from './submission.ts';

const submission = (n: number): Submission =>
  newSubmission({
    n,
    jobName: `figure-6-${n}-ab`,
    submitted: '2026-11-22T20:00:00.000Z',
    host: 'login1',
    cluster: 'lab',
    options: { partition: 'main', extra: ['--nice'] },
    commands: { work: ['resdiff', 'work'], merge: ['resdiff', 'merge'] },
    jobs: [
      { shards: ['a', 'b'], seconds: 2 },
      { shards: ['c'], seconds: 1 },
    ],
  });

async function withSubmissions(...numbers: number[]): Promise<string> {
  const folder = await scratch();
  for (const n of numbers) {
    await mkdir(submissionFolder(folder, n), { recursive: true });
    writeSubmission(folder, submission(n));
  }
  return folder;
}

const recordOf = (folder: string, n: number) =>
  join(submissionFolder(folder, n), 'submission.json');

describe('the record of a submission', () => {
  it('comes back as it was written, and is replaced', async () => {
    const folder = await withSubmissions(1);
    expect(await readSubmission(folder, 1)).toEqual(submission(1));
    writeSubmission(folder, { ...submission(1), arrayJob: '5', mergeJob: '6' });
    expect(await readSubmission(folder, 1)).toMatchObject({ arrayJob: '5', mergeJob: '6' });
  });

  it('is found by its number, the latest by none', async () => {
    const folder = await withSubmissions(1, 2, 10);
    await mkdir(submissionFolder(folder, 11));
    expect(submissionNumbers(folder)).toEqual([1, 2, 10, 11]);
    expect((await latestSubmission(folder))?.n).toBe(10);
    const error = await failureOf(readSubmission(folder, 3));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('has no submission 3');
  });

  it('is absent where nothing was submitted', async () => {
    const folder = await scratch();
    expect(submissionNumbers(folder)).toEqual([]);
    expect(await latestSubmission(folder)).toBeUndefined();
  });

  it('is refused if it is damaged or of a newer version', async () => {
    const folder = await withSubmissions(1);
    const path = recordOf(folder, 1);
    const whole = await readFile(path, 'utf8');
    for (const [content, message] of [
      [whole.slice(0, 100), 'is damaged'],
      ['', 'is damaged'],
      [whole.replace('"cluster"', '"clutter"'), 'cluster is missing'],
      [whole.replace('"formatVersion": 1', '"formatVersion": 2'), 'has format version 2'],
    ]) {
      await writeFile(path, content);
      const error = await failureOf(readSubmission(folder, 1));
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toContain(path);
      expect(error.message).toContain(message);
    }
  });

  it('tells the shards of a task', async () => {
    const folder = await withSubmissions(1);
    expect(await shardsOfTask(folder, 1, 0)).toEqual(['a', 'b']);
    expect((await failureOf(shardsOfTask(folder, 1, 2))).message).toContain('has no task 2');
  });
});

describe('lastLogLine', () => {
  it('is the last line with anything in it', async () => {
    const folder = await withSubmissions(1);
    await writeFile(logFile(folder, 1, 3), `${'early\n'.repeat(5000)}Error: no room  \n\n`);
    await writeFile(logFile(folder, 1, 'merge'), 'merged');
    await writeFile(logFile(folder, 1, 4), '');
    expect(await lastLogLine(folder, 1, 3)).toBe('Error: no room');
    expect(await lastLogLine(folder, 1, 'merge')).toBe('merged');
    expect(await lastLogLine(folder, 1, 4)).toBeUndefined();
    expect(await lastLogLine(folder, 1, 5)).toBeUndefined();
  });
});
