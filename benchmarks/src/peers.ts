import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

export type PeerModule = 'torch' | 'numpy';

/** A Python that has imported a peer. */
export interface Peer {
  readonly versions: PeerVersions;
  /**
   * Runs a script of peers/ on one thread, in a process of its own, and returns what it prints.
   *
   * @throws Error with what Python said if it fails.
   */
  run(
    script: string,
    args?: readonly (string | number)[],
  ): Promise<Readonly<Record<string, unknown>>>;
}

export interface PeerVersions {
  readonly module: string;
  readonly python: string;
  /** The BLAS libraries behind it, where the system tells. */
  readonly blas: string;
}

/** A system's own Python often has what the first on the path has not. */
const pythons = ['python3', '/usr/bin/python3'];

const found = new Map<PeerModule, Promise<Peer | undefined>>();

/** A Python that has this module, the same for all who ask; undefined if there is none. */
export function findPeer(module: PeerModule): Promise<Peer | undefined> {
  if (!found.has(module)) found.set(module, searchPeer(module));
  return found.get(module)!;
}

async function searchPeer(module: PeerModule): Promise<Peer | undefined> {
  for (const python of pythons) {
    const peer = await openPeer(python, module);
    if (peer) return peer;
  }
  return undefined;
}

export const missing: Readonly<Record<PeerModule, string>> = {
  torch: 'no PyTorch here; on Debian: apt-get install python3-torch',
  numpy: 'no NumPy here; on Debian: apt-get install python3-numpy',
};

/** What serve.py says of a script that has ended. */
interface Ended {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** Undefined if this Python does not start or lacks the module. */
async function openPeer(python: string, module: PeerModule): Promise<Peer | undefined> {
  const server = fileURLToPath(new URL('../peers/serve.py', import.meta.url));
  const child = spawn(python, ['-B', server, module], { env: environment() });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  const lines: AsyncIterator<string, undefined> = createInterface({ input: child.stdout })[
    Symbol.asyncIterator
  ]();
  const first = await lines.next();
  if (first.done) return undefined;
  rest(child);
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (script: string, args: readonly (string | number)[]) => {
    child.stdin.write(`${JSON.stringify([script, ...args.map(String)])}\n`);
    wake(child);
    const { done, value } = await lines.next();
    rest(child);
    if (done) throw new Error(`${python} ended while it ran ${script}`);
    const { status, output, errors } = JSON.parse(value) as Ended;
    if (status !== 0) throw new Error(`${script} ${args.join(' ')} failed: ${errors}`);
    return JSON.parse(output) as Record<string, unknown>;
  };
  return {
    versions: JSON.parse(first.value) as PeerVersions,
    run(script, args = []) {
      const answer = last.then(() => ask(script, args));
      last = answer.catch(() => undefined);
      return answer;
    },
  };
}

/** It ends with this process, which it does not keep from ending. */
function rest(child: ChildProcessWithoutNullStreams): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket).unref();
}

function wake({ stdout }: ChildProcessWithoutNullStreams): void {
  (stdout as unknown as Socket).ref();
}

/** One thread, f32 as it is, and the BLAS that suits the processor even where another is asked for. */
function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    OPENBLAS_CORETYPE: undefined,
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    NVIDIA_TF32_OVERRIDE: '0',
  };
}
