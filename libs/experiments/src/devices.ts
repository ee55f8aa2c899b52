import {
  chooseDevices,
  kindOf,
  kindsOf,
  probeDevices,
  UserError,
  type DeviceKind,
  type DeviceProbe,
  type FoundDevice,
  type GpuKind,
} from '@resdiff/runtime';
import type { Experiment } from './experiment.ts';
import { gpuUsersOf, gpuUsersVariable, type GpuUser } from './gpus.ts';
import { whyNoAdapter } from './no-adapter.ts';
import type { RunnableRun } from './plan-pipeline.ts';
import { settingsOfRun } from './settings-of-run.ts';
import { workerModule } from './worker-module.ts';

/**
 * The GPUs of this machine by their kinds, looked for in processes of their own.
 *
 * @param users what is to compute there, so that it is looked for as well.
 */
export async function findGpus(
  kinds?: readonly GpuKind[],
  users: Iterable<GpuUser> = [],
): Promise<DeviceProbe[]> {
  const probes = await probeDevices(workerModule(), kinds, gpuUsersVariable(users));
  return probes.map((probe) => {
    const { kind, devices, problem, said = '' } = probe;
    const unexplained = kind === 'webgpu' && devices.length === 0 && problem === undefined;
    return unexplained ? { ...probe, problem: whyNoAdapter(said, process.platform) } : probe;
  });
}

export interface DeviceRequest {
  /** As `parseDevices` gives them. */
  readonly devices: readonly string[] | 'auto';
  /** Whether they may be of several kinds. */
  readonly mixed: boolean;
}

/** What is to be computed. */
type Computed = Pick<RunnableRun, 'plan' | 'settings'>;

/**
 * The devices for a run, once it is sure that the run can be computed on them.
 *
 * @returns them with the names that a person knows GPUs by.
 * @throws {UserError} as `checkDevices` does, or if a device is not there.
 */
export async function devicesForRun(
  experiment: Experiment,
  planned: Computed,
  request: DeviceRequest,
): Promise<readonly Pick<FoundDevice, 'device' | 'name'>[]> {
  const { devices: asked } = request;
  const kinds = checkDevices(experiment, planned, request);
  const wanted = kinds.filter((kind) => kind !== 'cpu');
  const users = gpuUsersOf(experiment, planned);
  const probes = wanted.length > 0 ? await findGpus(wanted, users) : [];
  const names = new Map(
    probes.flatMap(({ devices }) => devices.map(({ device, name }) => [device, name] as const)),
  );
  const chosen = chooseDevices(asked, probes, kinds);
  return chosen.map((device) => ({ device, name: names.get(device) ?? device }));
}

/**
 * Refuses devices that cannot compute a run, without looking for them.
 *
 * @returns the kinds that are asked for; of `auto` those that can compute it, the best first.
 * @throws {UserError} if the experiment or its settings cannot be computed on a device that is asked
 *   for, or if devices are of several kinds without `mixed`.
 */
export function checkDevices(
  experiment: Experiment,
  planned: Computed,
  { devices, mixed }: DeviceRequest,
): readonly DeviceKind[] {
  const kinds: readonly DeviceKind[] = [...(experiment.gpus?.kinds ?? []), 'cpu'];
  const able = (kind: DeviceKind) => whyNotOn(experiment, planned, kind) === undefined;
  if (devices === 'auto') {
    const found = kinds.filter(able);
    if (found.length > 0) return found;
    throw new UserError(
      `This run cannot be computed on any device: ${whyNotOn(experiment, planned, 'cpu')}.`,
      { remedy: 'Change the settings.' },
    );
  }
  const stranger = devices.find((device) => !(kinds as readonly string[]).includes(kindOf(device)));
  if (stranger !== undefined) {
    throw new UserError(
      `The experiment ${experiment.name} cannot be computed on ${stranger}, only on ${kinds.join(' or ')}.`,
      { remedy: 'Leave the device out, or give another.' },
    );
  }
  const asked = kinds.filter((kind) => kindsOf(devices).includes(kind));
  for (const kind of asked) {
    const reason = whyNotOn(experiment, planned, kind);
    if (reason === undefined) continue;
    const first = devices.find((device) => kindOf(device) === kind);
    const others = kinds.filter((other) => !asked.includes(other) && able(other));
    const remedy = others.length > 0 ? `Give --device ${others[0]}, or change` : 'Change';
    throw new UserError(`This run cannot be computed on ${first}: ${reason}.`, {
      remedy: `${remedy} the settings.`,
    });
  }
  if (asked.length > 1 && !mixed) {
    throw new UserError(
      `The devices are of the kinds ${kindsOf(devices).join(' and ')}, which differ in the last bits of what they compute.`,
      { remedy: 'Give devices of one kind, or --mixed.' },
    );
  }
  return asked;
}

/** Why the settings of a run, or of a point of a sweep, cannot be computed on devices of a kind. */
function whyNotOn(experiment: Experiment, planned: Computed, kind: DeviceKind): string | undefined {
  const { gpus } = experiment;
  if (kind === 'cpu' && !gpus?.cpuRefusal) return undefined;
  for (const { settings, title } of settingsOfRun(experiment, planned)) {
    const reason = kind === 'cpu' ? gpus?.cpuRefusal?.(settings) : gpus?.refusal(settings, kind);
    if (reason !== undefined) return title === undefined ? reason : `at ${title}, ${reason}`;
  }
  return undefined;
}
