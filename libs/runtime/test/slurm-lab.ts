import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Slurm } from '../src/slurm/slurm.ts';

const script = fileURLToPath(new URL('../../../tools/slurm-lab.sh', import.meta.url));
const run = promisify(execFile);

/** The nodes of a lab have two CPUs each. */
export type LabNode = 'n1' | 'n2';

/** A Slurm cluster of the test's own. */
export interface SlurmLab {
  /** An environment in which Slurm's commands reach the lab. */
  readonly env: NodeJS.ProcessEnv;
  readonly slurm: Slurm;
  /** What a command prints in the lab's environment. */
  call(command: string, ...args: string[]): Promise<string>;
  /** Starts a requeued job in 2 s, where Slurm would wait for two minutes. */
  startSoon(job: string): Promise<void>;
  /** Ends a daemon, with -9 unless told otherwise; the jobs that it started run on. */
  killDaemon(name: 'slurmctld' | LabNode, signal?: NodeJS.Signals): Promise<void>;
  startDaemon(name: 'slurmctld' | LabNode): Promise<void>;
  /** Ends a node's daemon and all that jobs run there, as a loss of power would. */
  killNode(node: LabNode): Promise<void>;
  /** The processes that work for a job on the lab's nodes, such as `12`, or for the task `12_3`. */
  processesOf(job: string): Promise<number[]>;
  /** Ends jobs and daemons, and removes the lab's folder. */
  stop(): Promise<void>;
}

const found = ['munged', 'slurmctld', 'slurmd', 'sbatch'].every(
  (program) =>
    spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${program}`]).status === 0,
);

/**
 * A group of tests that need Slurm. Without it they are skipped, saying how to get it; where
 * `CI` is set that is a failure.
 */
export function describeWithSlurm(name: string, body: () => void): void {
  const how = 'apt-get install slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge';
  if (!found && process.env.CI) {
    it(`${name}: Slurm is there where all tests have to run`, () => {
      expect.fail(`Slurm was not found: ${how}`);
    });
  } else if (!found) {
    console.warn(`Skipped, as Slurm was not found: ${name} (${how})`);
  }
  describe.runIf(found)(name, { timeout: 600_000 }, body);
}

/**
 * Starts a cluster in a folder of its own under /tmp, on free ports, in about 0.3 s.
 *
 * @param settings lines of slurm.conf in place of the lab's, such as `MinJobAge=2`.
 */
export async function startLab(settings: readonly string[] = []): Promise<SlurmLab> {
  const parent = await mkdtemp('/tmp/resdiff-lab-');
  const folder = join(parent, 'lab');
  const conf = join(folder, 'slurm.conf');
  await run(script, ['start', folder, ...settings]);
  const env = { ...process.env, SLURM_CONF: conf };
  const call = async (command: string, ...args: string[]) =>
    (await run(command, args, { env })).stdout;
  const pidOf = async (name: string) =>
    Number(await readFile(join(folder, 'run', `${name}.pid`), 'utf8'));

  const lab: SlurmLab = {
    env,
    slurm: new Slurm(env),
    call,
    startSoon: async (job) => {
      // A node refuses to launch a job in the second in which it ended it.
      await call('scontrol', 'update', `JobId=${job}`, 'StartTime=now+2');
    },
    killDaemon: async (name, signal = 'SIGKILL') => {
      const pid = await pidOf(name);
      process.kill(pid, signal);
      await until(`the end of ${name}`, async () => !(await isRunning(pid)));
    },
    startDaemon: async (name) => {
      const paths = { ...env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
      const node = name === 'slurmctld' ? [] : ['-N', name];
      await run(name === 'slurmctld' ? name : 'slurmd', ['-f', conf, ...node], { env: paths });
    },
    killNode: async (node) => {
      const jobs = await call(
        'squeue',
        '--noheader',
        '--array',
        `--nodelist=${node}`,
        '--format=%i',
      );
      const pids = await Promise.all(
        jobs
          .split(/\s+/)
          .filter(Boolean)
          .map((job) => lab.processesOf(job)),
      );
      await lab.killDaemon(node);
      pids.flat().forEach(kill);
    },
    processesOf: async (job) => {
      const id = (
        await call('squeue', '--noheader', '--array', `--jobs=${job}`, '--format=%A')
      ).trim();
      return processesOfJob(conf, id.split(/\s+/));
    },
    stop: async () => {
      await run(script, ['stop', folder]);
      await rm(parent, { recursive: true, force: true });
    },
  };
  return lab;
}

/** The processes of jobs, and their managers, called `slurmstepd: [<job>.batch]`. */
async function processesOfJob(conf: string, ids: readonly string[]): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=']);
  const pids = stdout.split(/\s+/).filter(Boolean);
  const ours = await Promise.all(
    pids.map(async (pid) => {
      const [command, environment] = await Promise.all([
        read(`/proc/${pid}/cmdline`),
        read(`/proc/${pid}/environ`),
      ]);
      const variables = environment.split('\0');
      return (
        variables.includes(`SLURM_CONF=${conf}`) &&
        ids.some(
          (id) =>
            variables.includes(`SLURM_JOB_ID=${id}`) ||
            command.startsWith(`slurmstepd: [${id}.batch]`),
        )
      );
    }),
  );
  return pids.filter((_, index) => ours[index]).map(Number);
}

async function isRunning(pid: number): Promise<boolean> {
  return (await read(`/proc/${pid}/cmdline`)) !== '';
}

function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Asks until the answer is yes, for up to 5 minutes; the error names what was waited for. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 300_000;
  while (!(await holds())) {
    if (Date.now() > deadline) {
      throw new Error(`waited in vain for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
