import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  changeTimes,
  figure2,
  finishedShards,
  mount,
  mountSmall,
  resdiff,
  resultsOf,
  scratch,
  set,
} from './support.ts';

/** Shards of 2 MB in all, and two tables of up to as much. */
const words = ['run', figure2, '--shard-size=1000', ...set({ draws: 15_000, width: 4, depth: 2 })];

it.concurrent('a full disk ends the run, loses no finished shard, and the run resumes', async (context) => {
  const folder = scratch();
  mountSmall(folder, 'size=1m', context);
  const run = join(folder, 'run');
  const { code, stdout, stderr } = await resdiff([...words, '--quiet', '--out', run]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(
    `resdiff: The disk is full: no room to write in ${run}. Finished shards are kept.\n` +
      'Make room, then give the same command again: it resumes where this one stopped.\n' +
      `  npx resdiff ${words.join(' ')} --quiet --out ${run}\n`,
  );
  const kept = finishedShards(run);
  expect(kept.length).toBeGreaterThan(5);
  expect(kept.length).toBeLessThan(45);
  const before = changeTimes(join(run, 'shards'));

  expect(mount('-o', 'remount,size=32m', folder).status).toBe(0);
  const [resumed] = await Promise.all([
    resdiff([...words, '--out', run]),
    resdiff([...words, '--quiet', '--out', `${folder}/undisturbed`]),
  ]);
  expect(resumed.code).toBe(0);
  expect(resumed.stderr).toContain(`Resuming: ${kept.length} of 45 shards are done already.`);
  const after = changeTimes(join(run, 'shards'));
  for (const id of kept) expect(after[`${id}.arrow`]).toBe(before[`${id}.arrow`]);
  expect(resultsOf(run)).toEqual(resultsOf(join(folder, 'undisturbed')));
});
