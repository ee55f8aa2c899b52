import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import { commandOf, complete, countingExecutor, scratch, tablesOf } from '../test/support.ts';
import { readManifest } from './manifest.ts';

const [draws, shardSize] = [4000, 200];

/** Runs the plan in a child process and kills it as soon as it says `line`. */
async function killedAt(folder: string, line: string, delayMs: number): Promise<void> {
  const child = spawn(
    process.execPath,
    commandOf('run-child', folder, String(draws), String(shardSize), String(delayMs)),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  for await (const said of createInterface(child.stdout)) {
    if (said === line) {
      child.kill('SIGKILL');
    }
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
}

it('comes to the same bytes after kill -9 at its start, amid its shards and its merge', async () => {
  const plan = drawsPlan({ draws, shardSize });
  const undisturbed = await scratch();
  await complete(plan, undisturbed);

  const folder = await scratch();
  await killedAt(folder, 'done 0', 40);
  expect((await readManifest(folder))?.state).toBe('running');
  await killedAt(folder, 'done 5', 40);
  await killedAt(folder, 'done 20', 0);
  await killedAt(folder, 'merged', 0);

  const executor = countingExecutor();
  await complete(plan, folder, { executor });
  expect(executor.computed).toEqual([]);
  expect(await tablesOf(folder)).toEqual(await tablesOf(undisturbed));
  const manifest = await readManifest(folder);
  expect(manifest?.state).toBe('complete');
  expect(manifest?.sessions).toHaveLength(5);
});
