// Kills tiny runs and sweeps at random moments, resumes them, and prints what came of it as a table.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  inLanes,
  killAndResume,
  momentsOf,
  phases,
  subject,
  undisturbed,
  type KilledRun,
} from './faults.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    seeds: { type: 'string', default: '5' },
    lanes: { type: 'string', default: '2' },
  },
});
const [kills, seeds, lanes] = [values.kills, values.seeds, values.lanes].map(Number);
if (![kills, seeds, lanes].every((value) => Number.isSafeInteger(value) && value > 0)) {
  throw new Error('--kills, --seeds and --lanes are whole numbers above 0');
}

const folder = mkdtempSync(join(tmpdir(), 'resdiff-faults-'));
const print = (text: string) => process.stdout.write(`${text}\n`);
try {
  const subjects = Array.from({ length: seeds }, (_, i) =>
    subject(i % 3 === 2 ? 'sweep' : 'run', i + 1),
  );
  const references = await Promise.all(
    subjects.map((each, i) => undisturbed(each, join(folder, `undisturbed-${i}`))),
  );
  // One run in three is killed three times in a row, the others once.
  const runs: number[] = [];
  for (let left = kills; left > 0; left -= runs.at(-1)!) {
    runs.push(Math.min(left, runs.length % 3 === 2 ? 3 : 1));
  }
  const outcomes: KilledRun[] = [];
  await inLanes(runs, lanes, async (times, index) => {
    const reference = references[index % seeds];
    const cwd = join(folder, String(index));
    const moments = momentsOf(reference, { index, runs: runs.length, kills: times });
    const outcome = await killAndResume(reference, moments, cwd);
    for (const problem of outcome.problems) {
      process.stderr.write(`${reference.name}, killed at ${moments.join(', ')}: ${problem}\n`);
    }
    outcomes.push(outcome);
    rmSync(cwd, { recursive: true });
  });

  print('| Killed amid | Kills | Then resumed to the same bytes |');
  print('| --- | --- | --- |');
  const row = (name: string, killed: readonly KilledRun[], count: number) => {
    const whole = killed.filter(({ problems }) => problems.length === 0).length;
    print(`| ${name} | ${count} | ${whole} of ${killed.length} runs |`);
  };
  for (const phase of phases) {
    const inPhase = (outcome: KilledRun) => outcome.kills.filter((kill) => kill.phase === phase);
    const killed = outcomes.filter((outcome) => inPhase(outcome).length > 0);
    row(phase, killed, killed.flatMap(inPhase).length);
  }
  row('all', outcomes, outcomes.flatMap((outcome) => outcome.kills).length);
  if (outcomes.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
