import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What tests and scripts know of the command and of the folders that it fills. */

export const bin = fileURLToPath(new URL('../bin/resdiff.js', import.meta.url));

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The pipeline of Figure 2, as it is called in every scratch folder. */
export const figure2 = 'figure-2.yaml';

/** The words that set these keys of a pipeline. */
export function set(settings: Record<string, unknown>): string[] {
  return Object.entries(settings).flatMap(([key, value]) => [
    '--set',
    `${key}=${JSON.stringify(value)}`,
  ]);
}

export interface Outcome {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

/** Starts a program in `cwd`, its output piped, with variables beside those of this process. */
export function spawned(
  program: string,
  words: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Started {
  // Data sets that the person who tests has elsewhere are none of the tests' business.
  const env = { ...process.env, RESDIFF_DATA: undefined, ...variables };
  const child = spawn(program, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
  }
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, ended };
}

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** The ids of the shards in a run folder that have a receipt. */
export function finishedShards(folder: string): string[] {
  return namesIn(join(folder, 'shards'))
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .map((name) => name.slice(0, -5));
}

export function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
