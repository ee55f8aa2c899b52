import { once } from 'node:events';
import { expect, it } from 'vitest';
import { notedIn, startWithFault, subject } from './faults.ts';
import { bin, need, scratch, spawned, start, until } from './support.ts';

it('status --watch shows a run until it is over, in one place on a terminal', async ({ skip }) => {
  need('script', { skip });
  const cwd = scratch();
  const { words } = subject('run', 1, 1);
  const run = startWithFault([...words, '--quiet'], cwd, { at: 30, signal: 'SIGSTOP' });
  await until(() => notedIn(cwd).length > 0, run);
  const watch = ['status', 'run', '--watch'];
  const watches = [
    start(watch, cwd),
    start([...watch, '--json'], cwd),
    spawned('script', ['-qec', [process.execPath, bin, ...watch].join(' '), '/dev/null'], cwd),
  ];
  await Promise.all(watches.map(({ child }) => once(child.stdout!, 'data')));
  run.child.kill('SIGCONT');
  const [plain, json, terminal] = await Promise.all(watches.map(({ ended }) => ended));
  for (const { code, stderr } of [plain, json, terminal])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

  const first = 'run: figure-2 (draws), at work\n';
  const last = 'run: figure-2 (draws), complete\n';
  expect(plain.stdout.startsWith(first)).toBe(true);
  expect(plain.stdout.split('\n\n').at(-1)?.startsWith(last)).toBe(true);
  expect(plain.stdout).not.toContain('\x1b');
  const frames = terminal.stdout.replaceAll('\r', '').split('\x1b[H\x1b[2J');
  expect(frames.length).toBeGreaterThan(2);
  expect(frames[0]).toBe('');
  expect(frames[1].startsWith(first)).toBe(true);
  expect(frames.at(-1)?.startsWith(last)).toBe(true);
  const overviews = json.stdout.split(/(?<=^})\n/m).slice(0, -1);
  expect(overviews.map((text) => (JSON.parse(text) as { state: string }).state)).toEqual(
    expect.arrayContaining(['working', 'complete']),
  );
  expect((await run.ended).code).toBe(0);
});
