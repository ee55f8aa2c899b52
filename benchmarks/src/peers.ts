import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type PeerModule = 'torch' | 'numpy';

/** A Python that can import a peer. */
export interface Peer {
  readonly python: string;
  readonly versions: PeerVersions;
}

export interface PeerVersions {
  readonly module: string;
  readonly python: string;
  /** The BLAS libraries behind it, where the system tells. */
  readonly blas: string;
}

/** A system's own Python often has what the first on the path has not. */
const pythons = ['python3', '/usr/bin/python3'];

const found = new Map<PeerModule, Peer | undefined>();

/** A Python that has this module; undefined if there is none. */
export function findPeer(module: PeerModule): Peer | undefined {
  if (!found.has(module)) found.set(module, searchPeer(module));
  return found.get(module);
}

function searchPeer(module: PeerModule): Peer | undefined {
  for (const python of pythons) {
    const { status, stdout } = spawnSync(python, ['-B', script('versions.py'), module], {
      encoding: 'utf8',
      env: environment(),
    });
    if (status === 0) return { python, versions: JSON.parse(stdout) as PeerVersions };
  }
  return undefined;
}

export const missing: Readonly<Record<PeerModule, string>> = {
  torch: 'no PyTorch here; on Debian: apt-get install python3-torch',
  numpy: 'no NumPy here; on Debian: apt-get install python3-numpy',
};

/**
 * Runs a script of peers/ on one thread and returns what it prints.
 *
 * @throws Error with what Python said if it fails.
 */
export function runPeer(
  { python }: Peer,
  name: string,
  args: readonly (string | number)[],
): Readonly<Record<string, unknown>> {
  const output = execFileSync(python, ['-B', script(name), ...args.map(String)], {
    encoding: 'utf8',
    env: environment(),
  });
  return JSON.parse(output) as Record<string, unknown>;
}

function script(name: string): string {
  return fileURLToPath(new URL(`../peers/${name}`, import.meta.url));
}

/** One thread, and the BLAS that suits the processor even where another is asked for. */
function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    OPENBLAS_CORETYPE: undefined,
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
  };
}
