import { engine, type EngineName } from './engines.ts';
import type { Experiment } from './experiment.ts';
import type { RunnableRun } from './plan-pipeline.ts';
import { settingsOfRun } from './settings-of-run.ts';
import { webgpuDevice } from './webgpu.ts';

/** What computes on a GPU: the sampler, or an engine of trainings. */
export type GpuUser = 'sampler' | EngineName;

const VARIABLE = 'RESDIFF_GPU_USERS';

/** What computes a run where it is computed on GPUs. */
export function gpuUsersOf(
  experiment: Experiment,
  planned: Pick<RunnableRun, 'plan' | 'settings'>,
): ReadonlySet<GpuUser> {
  const users = new Set<GpuUser>();
  for (const { settings } of settingsOfRun(experiment, planned)) {
    if (experiment.gpus) users.add(experiment.gpus.user(settings));
  }
  return users;
}

/** The variable by which the process of a GPU is told what is to compute there. */
export function gpuUsersVariable(users: Iterable<GpuUser>): Record<string, string> {
  return { [VARIABLE]: [...users].join(',') };
}

/** What is to compute on the GPU of this process; nothing where only the machine is looked at. */
export function gpuUsers(): readonly GpuUser[] {
  const users = process.env[VARIABLE] ?? '';
  return users === '' ? [] : (users.split(',') as GpuUser[]);
}

/**
 * Opens the GPU of this process for what is to compute there.
 *
 * @throws an error that says what is missing.
 */
export async function openGpu(device: string): Promise<void> {
  for (const user of gpuUsers()) {
    await (user === 'sampler' ? webgpuDevice(device) : engine(user, device));
  }
}
