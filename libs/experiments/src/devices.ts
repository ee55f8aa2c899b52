import {
  chooseDevices,
  kindOf,
  kindsOf,
  probeDevices,
  UserError,
  type DeviceKind,
  type DeviceProbe,
  type FoundDevice,
} from '@resdiff/runtime';
import type { Experiment } from './experiment.ts';
import type { RunnableRun } from './plan-pipeline.ts';
import { sweepPoints } from './sweep/planned-points.ts';
import { workerModule } from './worker-module.ts';

/** The GPUs of this machine by their kinds, looked for in processes of their own. */
export function findGpus(): Promise<DeviceProbe[]> {
  return probeDevices(workerModule());
}

export interface DeviceRequest {
  /** As `parseDevices` gives them. */
  readonly devices: readonly string[] | 'auto';
  /** Whether they may be of several kinds. */
  readonly mixed: boolean;
}

/**
 * The devices for a run, once it is sure that the run can be computed on them.
 *
 * @returns them with the names that a person knows GPUs by.
 * @throws {UserError} if the experiment or its settings cannot be computed there, if devices are of
 *   several kinds without `mixed`, or if one is not there.
 */
export async function devicesForRun(
  experiment: Experiment,
  planned: Pick<RunnableRun, 'plan' | 'settings'>,
  { devices: asked, mixed }: DeviceRequest,
): Promise<readonly Pick<FoundDevice, 'device' | 'name'>[]> {
  const gpus = asked === 'auto' ? [] : asked.filter((device) => device !== 'cpu');
  if (asked !== 'auto' && gpus.length === 0) return named(asked, []);
  const kinds: DeviceKind[] = [...(experiment.gpus?.kinds ?? []), 'cpu'];
  const stranger = gpus.find((device) => !(kinds as string[]).includes(kindOf(device)));
  if (stranger !== undefined) {
    throw new UserError(
      `The experiment ${experiment.name} cannot be computed on ${stranger}, only on ${kinds.join(' or ')}.`,
      { remedy: 'Leave the device out, or give another.' },
    );
  }
  const refusal = whyNotThere(experiment, planned);
  if (refusal !== undefined) {
    if (asked === 'auto') return named(['cpu'], []);
    throw new UserError(`This run cannot be computed on ${gpus[0]}: ${refusal}.`, {
      remedy: 'Leave the device out to compute on the cpu, or change the settings.',
    });
  }
  if (asked !== 'auto' && kindsOf(asked).length > 1 && !mixed) {
    throw new UserError(
      `The devices are of the kinds ${kindsOf(asked).join(' and ')}, which differ in the last bits of what they compute.`,
      { remedy: 'Give devices of one kind, or --mixed.' },
    );
  }
  const wanted = kinds.filter((kind) => kind !== 'cpu');
  const probes = await probeDevices(
    workerModule(),
    asked === 'auto' ? wanted : wanted.filter((kind) => kindsOf(gpus).includes(kind)),
  );
  const usable = probes.map((probe) => usableBy(experiment, probe));
  return named(chooseDevices(asked, usable, kinds), usable);
}

/** Why the settings of a run, or of a point of a sweep, cannot be computed on a GPU. */
function whyNotThere(
  experiment: Experiment,
  { plan, settings }: Pick<RunnableRun, 'plan' | 'settings'>,
): string | undefined {
  if (!plan.points) return experiment.gpus?.refusal(settings);
  const points = sweepPoints(experiment, plan);
  for (let index = 0; index < points.count; index++) {
    const reason = experiment.gpus?.refusal(points.settings(index));
    if (reason !== undefined) return `at ${points.title(index)}, ${reason}`;
  }
  return undefined;
}

/** ONNX Runtime computes on the first WebGPU adapter that it finds, and on no other. */
function usableBy({ gpus }: Experiment, probe: DeviceProbe): DeviceProbe {
  const onlyFirst = gpus?.by === 'engine' && probe.kind === 'webgpu';
  return onlyFirst ? { ...probe, devices: probe.devices.slice(0, 1) } : probe;
}

function named(devices: readonly string[], probes: readonly DeviceProbe[]) {
  const found = new Map(
    probes.flatMap((probe) => probe.devices.map(({ device, name }) => [device, name] as const)),
  );
  return devices.map((device) => ({ device, name: found.get(device) ?? device }));
}
