import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  bin,
  figure2,
  finishedShards,
  namesIn,
  root,
  set,
  sha256,
  spawned,
  type Started,
} from './command.ts';

/** What is to go wrong in a command, and when; inject.mjs sees to it. */
export interface Fault {
  /** The run folder, absolute. */
  readonly folder: string;
  /** A file that gets a line of JSON (a {@link Noted}) for what happened. */
  readonly log: string;
  /**
   * The step at which `signal` comes: the how-manieth call, from 1, that changes something in the
   * run folder. What a process that dies leaves there depends on nothing else.
   */
  readonly at?: number;
  /**
   * SIGKILL comes half-way through the step if it is a write, else before it; if the command has
   * fewer steps, as it exits.
   */
  readonly signal?: 'SIGKILL' | 'SIGSTOP';
  /** What befalls the thread that begins to write a shard; `times` at most. */
  readonly workers?: readonly {
    readonly shard: string;
    readonly action: 'throw' | 'exit' | 'hang';
    readonly times?: number;
  }[];
  /** Milliseconds by which the clock goes back at the step `at`, or from the beginning. */
  readonly clockBack?: number;
}

export interface Noted {
  /** A signal, an action of a worker, or `exit`. */
  readonly event: string;
  /** How many steps there were until then. */
  readonly step: number;
  readonly call: string;
  readonly path: string;
}

/** Starts the command with a fault in it. */
export function startWithFault(
  words: readonly string[],
  cwd: string,
  fault: Omit<Fault, 'folder' | 'log'>,
): Started {
  return spawned(process.execPath, [bin, ...words], cwd, faultVariables(cwd, fault));
}

/** The variables of the environment by which a command that is given in `cwd` has a fault. */
export function faultVariables(
  cwd: string,
  fault: Omit<Fault, 'folder' | 'log'>,
): Record<string, string> {
  const injected: Fault = { folder: resolve(cwd, 'run'), log: join(cwd, 'log'), ...fault };
  return {
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'inject.mjs')).href}`,
    RESDIFF_FAULT: JSON.stringify(injected),
  };
}

/** What the faults of commands in `cwd` noted. */
export function notedIn(cwd: string): Noted[] {
  const path = join(cwd, 'log');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Noted);
}

/** A run whose folder is `run`. */
export interface Subject {
  readonly name: string;
  readonly words: readonly string[];
}

/**
 * A tiny run of 9 shards, or a sweep of 2 points with 6 shards each; of one input, as the contours of a
 * pair of them take longer to draw than all the rest.
 */
export function subject(kind: 'run' | 'sweep', seed: number, workers = 2): Subject {
  const settings = set({ seed, draws: 60, width: 16, inputs: [1] });
  const cut =
    kind === 'run'
      ? ['--shard-size=20', ...set({ depth: 12 })]
      : ['--shard-size=30', '--grid=depth=6,12'];
  return {
    name: `${kind} with seed ${seed}`,
    words: [kind, figure2, `--workers=${workers}`, '--out=run', ...cut, ...settings],
  };
}

/** What the subject comes to if nothing disturbs it. */
export interface Reference extends Subject {
  readonly steps: number;
  readonly shards: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, string>>;
}

/** Runs the subject in the new folder `cwd`. */
export async function undisturbed(of: Subject, cwd: string): Promise<Reference> {
  makeWorkplace(cwd);
  const { code, stderr } = await startWithFault([...of.words, '--quiet'], cwd, {}).ended;
  if (code !== 0 || stderr !== '') throw new Error(`${of.name} ends with ${code}: ${stderr}`);
  const folder = join(cwd, 'run');
  return { ...of, steps: notedIn(cwd)[0].step, shards: shardsOf(folder), results: filesOf(folder) };
}

/** A folder in which commands can be given. */
export function makeWorkplace(cwd: string): void {
  mkdirSync(cwd, { recursive: true });
  copyFileSync(join(root, 'pipelines', figure2), join(cwd, figure2));
}

/** The checksums of the files of finished shards. */
function shardsOf(folder: string): Record<string, string> {
  const file = (id: string) => join(folder, 'shards', `${id}.arrow`);
  return Object.fromEntries(finishedShards(folder).map((id) => [id, sha256(file(id))]));
}

/** The checksums of the files of a run that do not tell how it went: tables, summary, figures. */
export function filesOf(folder: string): Record<string, string> {
  const names = namesIn(folder).filter(
    (name) =>
      !['manifest.json', 'points.json'].includes(name) && statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(names.map((name) => [name, sha256(join(folder, name))]));
}

/** What a run was about when it was killed, in the order of a run. */
export const phases = [
  'folders and lock',
  'manifest',
  'rows of a shard',
  'receipt of a shard',
  'merge',
  'summary and figures',
  'exit',
] as const;

export type Phase = (typeof phases)[number];

export interface Kill {
  readonly step: number;
  readonly call: string;
  readonly phase: Phase;
}

/** @param path in the run folder. */
function phaseOf(folder: string, { event, call, path }: Noted): Phase {
  if (event === 'exit') return 'exit';
  const name = basename(path).replace(/^\.(.*)\.[A-Za-z0-9-]+\.\d+\.[0-9a-f]{12}\.tmp$/, '$1');
  if (call === 'mkdir' || name.startsWith('run.lock')) return 'folders and lock';
  const below = dirname(relative(folder, path));
  // A shard that has its receipt is rid of its checkpoint and of what is recorded of its failure.
  if (below === 'failures') return 'receipt of a shard';
  if (below === 'shards') return name.endsWith('.arrow') ? 'rows of a shard' : 'receipt of a shard';
  if (name === 'manifest.json') return 'manifest';
  return /\.(parquet|arrow)$/.test(name) ? 'merge' : 'summary and figures';
}

/** A run that was killed, once or more often, and then resumed. */
export interface KilledRun {
  readonly kills: readonly Kill[];
  /** What is not as it should be: nothing, one hopes. */
  readonly problems: readonly string[];
}

/**
 * Starts the subject in the new folder `cwd` as often as there are moments, kills it at each of
 * those steps, gives the command once more and holds what is there then against the reference.
 */
export async function killAndResume(
  { words, shards, results }: Reference,
  moments: readonly number[],
  cwd: string,
): Promise<KilledRun> {
  makeWorkplace(cwd);
  const folder = join(cwd, 'run');
  const problems: string[] = [];
  const hold = (what: string, found: unknown, expected: unknown) => {
    const [is, should] = [found, expected].map((value) => JSON.stringify(value));
    if (is !== should) problems.push(`${what}: ${is}, not ${should}`);
  };
  const written: Record<string, bigint> = {};
  /** Finished shards stay, are right and are not computed again. */
  const checkShards = () => {
    const whole = shardsOf(folder);
    hold(
      'lost shards',
      Object.keys(written).filter((id) => !(id in whole)),
      [],
    );
    for (const [id, sum] of Object.entries(whole)) {
      const { mtimeNs } = statSync(join(folder, 'shards', `${id}.arrow`), { bigint: true });
      written[id] ??= mtimeNs;
      hold(`shard ${id}`, sum, shards[id]);
      hold(`when shard ${id} was written`, String(mtimeNs), String(written[id]));
    }
  };

  for (const at of moments) {
    const outcome = await startWithFault([...words, '--quiet'], cwd, { at, signal: 'SIGKILL' })
      .ended;
    hold('a killed run ends', outcome, { code: null, signal: 'SIGKILL', stdout: '', stderr: '' });
    checkShards();
  }
  const kills = notedIn(cwd).map((noted): Kill => {
    const { step, call } = noted;
    return { step, call, phase: phaseOf(folder, noted) };
  });
  hold('kills', kills.length, moments.length);

  const done = Object.keys(written);
  const { code, stderr } = await spawned(process.execPath, [bin, ...words], cwd).ended;
  hold('exit code', code, 0);
  const total = Object.keys(shards).length;
  const some = done.length > 0 && done.length < total;
  const said = /^(?:Resuming|Warning).*$/m.exec(stderr)?.[0];
  hold(
    'says',
    said,
    some ? `Resuming: ${done.length} of ${total} shards are done already.` : undefined,
  );
  hold('results', filesOf(folder), results);
  checkShards();
  hold('shards', Object.keys(written).length, total);
  hold('state', stateOf(folder), 'complete');
  hold('left behind', leftIn(folder), []);
  return { kills, problems };
}

export function stateOf(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { state: string })
    .state;
}

/** Names in a run folder that are not there once a run is complete. */
export function leftIn(folder: string): string[] {
  const names = [folder, join(folder, 'shards'), join(folder, 'failures')].flatMap(namesIn);
  return names.filter((name) => /^\.|^run\.lock|^failures\/./.test(name));
}

/**
 * The steps at which the run with this index, of so many, is to be killed: at first somewhere in its
 * own share of the steps, then anywhere in what is left of them.
 */
export function momentsOf(
  { name, steps }: Reference,
  { index, runs, kills }: { readonly index: number; readonly runs: number; readonly kills: number },
): number[] {
  const uniform = (kill: number) => {
    const hash = createHash('sha256').update(`${name}, run ${index}, kill ${kill}`).digest();
    return hash.readUIntBE(0, 6) / 2 ** 48;
  };
  const moments: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const fraction = kill === 0 ? (index + uniform(kill)) / runs : uniform(kill);
    const left = kill === 0 ? steps : Math.max(1, steps - moments[kill - 1]);
    moments.push(1 + Math.floor(left * fraction));
  }
  return moments;
}

/** Does something with each item, so many at a time, in order. */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  action: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      await action(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
