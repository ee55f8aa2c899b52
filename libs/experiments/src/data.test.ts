import { UserError } from '@resdiff/runtime';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { smallDigits } from '../test/digits.ts';
import { plannedData, resolveData } from './data.ts';

const digits = smallDigits();
const removed = smallDigits();
const empty = mkdtempSync(join(tmpdir(), 'resdiff-empty-'));
mkdirSync(join(empty, 'data'));

beforeAll(() => {
  vi.spyOn(process, 'cwd').mockReturnValue(empty);
  vi.stubEnv('RESDIFF_DATA', '');
});
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(empty, { recursive: true, force: true });
});
afterEach(() => vi.stubEnv('RESDIFF_DATA', ''));

const some = { trainImages: 10, testImages: 10 };

async function refusal(settings: Parameters<typeof resolveData>[0], dataFolder?: string) {
  const error: unknown = await resolveData(settings, dataFolder ? { dataFolder } : {}).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).exitCode).toBe(2);
  const { message, remedy = '' } = error as UserError;
  return { message, remedy };
}

it('refuses subsets larger than the sets, and says how large those are', async () => {
  const source = `IDX files from ${digits}`;
  expect(await refusal({ data: digits, trainImages: 501, testImages: 200 })).toEqual({
    message: `trainImages is 501; it must be at most 500, the images that ${source} has.`,
    remedy: '',
  });
  expect(await refusal({ data: digits, trainImages: 500, testImages: 201 })).toEqual({
    message: `testImages is 201; it must be at most 200, the images that ${source} has.`,
    remedy: '',
  });
});

it('takes whole sets, whose checksum is a version of the run', async () => {
  const settings = { data: digits, trainImages: 500, testImages: 200 };
  const resolution = await resolveData(settings, {});
  expect(resolution).toEqual({
    settings,
    versions: { data: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown },
    warnings: [],
  });
});

it('refuses what is not there, and says how to get it', async () => {
  const named = await refusal({ data: 'mnist', ...some }, empty);
  expect(named.message).toContain(`MNIST was not found in ${join(empty, 'mnist')}`);
  expect(named.remedy).toContain('resdiff data fetch mnist');
  const folder = await refusal({ data: './none', ...some });
  expect(folder.message).toContain('none');
  const unknown = await refusal({ data: 'nmist', ...some });
  expect(unknown.message).toContain('nmist');
  const environment = await refusal({ data: 'mnist', ...some }, join(empty, 'none'));
  expect(environment.message).toBe(`--data is '${empty}/none', which is not a folder.`);
});

it('hands a worker the data of the plan, and no others', async () => {
  const { versions } = await resolveData({ data: digits, ...some }, {});
  const dataset = await plannedData(digits, versions);
  expect([dataset.train.count, dataset.test.count, dataset.imageShape]).toEqual([500, 200, [7, 7]]);
  expect(await plannedData(digits, versions)).toBe(dataset);
  await expect(plannedData(digits, { data: 'sha256:0' })).rejects.toThrow(
    /^the data set .* is not the one that the run was planned with: sha256:[0-9a-f]{64}, not sha256:0$/,
  );
});

it('opens a set once for each environment object', async () => {
  const settings = { data: removed, trainImages: 500, testImages: 200 };
  const environment = {};
  const { versions } = await resolveData(settings, environment);
  rmSync(removed, { recursive: true });
  expect((await resolveData({ ...settings, trainImages: 3 }, environment)).versions).toEqual(
    versions,
  );
  await expect(resolveData(settings, {})).rejects.toThrow(UserError);
});
