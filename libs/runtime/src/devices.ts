import { UserError } from './errors.ts';

/** What devices there can be; those of a kind compute the same bytes. */
export const deviceKinds = ['cpu', 'webgpu', 'cuda'] as const;
export type DeviceKind = (typeof deviceKinds)[number];
export type GpuKind = Exclude<DeviceKind, 'cpu'>;

/** A GPU, or a program that does as one. */
export interface FoundDevice {
  /** As receipts call it: `webgpu:0`. */
  readonly device: string;
  /** As a person knows it. */
  readonly name: string;
  /** Whether it is a program that runs on the processor. */
  readonly software?: boolean;
  /** Why nothing can be computed there, though it is there. */
  readonly unusable?: string;
}

/** What there is of a kind of devices. */
export interface DeviceProbe {
  readonly kind: GpuKind;
  /** By their number, from 0. */
  readonly devices: readonly FoundDevice[];
  /** Why there is none that can be used, and what can be done about it. */
  readonly problem?: { readonly reason: string; readonly remedy?: string };
  /** What was written to standard error while it was looked for, as by drivers; missing if nothing. */
  readonly said?: string;
}

/** The kind of a device, by the name that receipts have for it. */
export function kindOf(device: string): string {
  return device.split(':', 1)[0] ?? device;
}

/** The kinds of some devices, each once, in the order of the alphabet. */
export function kindsOf(devices: Iterable<string>): string[] {
  return [...new Set(Array.from(devices, kindOf))].sort();
}

/**
 * Reads a list of devices: `cpu`, `webgpu` or `webgpu:0` (the first), `cuda:1`, separated by commas,
 * or `auto` alone.
 *
 * @returns their names as receipts have them, or `auto`.
 * @throws {UserError} if an item is no device, or one stands there twice.
 */
export function parseDevices(text: string): readonly string[] | 'auto' {
  const items = text.split(',').map((item) => item.trim());
  if (items.length === 1 && items[0] === 'auto') {
    return 'auto';
  }
  const devices = items.map((item) => deviceNamed(item, text));
  const twice = devices.find((device, index) => devices.indexOf(device) < index);
  if (twice !== undefined) {
    throw new UserError(`The devices ${JSON.stringify(text)} have ${twice} twice.`, {
      remedy: 'Name each device once.',
    });
  }
  return devices;
}

function deviceNamed(item: string, text: string): string {
  const [, kind, index] = /^([a-z]+)(?::(0|[1-9]\d{0,3}))?$/.exec(item) ?? [];
  if (kind === 'cpu' && index === undefined) {
    return 'cpu';
  }
  if (kind === 'webgpu' || kind === 'cuda') {
    return `${kind}:${index ?? 0}`;
  }
  const whole = item === text ? '' : ` in ${JSON.stringify(text)}`;
  throw new UserError(
    item === 'auto'
      ? `The device auto stands for all that are there, so it stands alone, not${whole}.`
      : `${JSON.stringify(item)}${whole} is not a device.`,
    { remedy: 'Devices are cpu, webgpu:0, cuda:0 (or another number), or auto.' },
  );
}

/**
 * The devices that are meant, once it is known what there is.
 *
 * @param probes of every kind in `requested`, or of all `kinds` for `auto`.
 * @param kinds that can do the work, the best first: `auto` takes all devices of the first kind that
 * has any which are no software and can be used, or else `cpu`, if that is one of them.
 * @throws {UserError} naming what there is, if a device is not there or cannot do the work.
 */
export function chooseDevices(
  requested: readonly string[] | 'auto',
  probes: readonly DeviceProbe[],
  kinds: readonly DeviceKind[] = deviceKinds,
): readonly string[] {
  if (requested === 'auto') {
    const hardware = kinds
      .map((kind) => probes.find((probe) => probe.kind === kind)?.devices ?? [])
      .map((devices) => devices.filter(({ software, unusable }) => !software && !unusable));
    const best = hardware.find((devices) => devices.length > 0);
    if (best !== undefined) return best.map(({ device }) => device);
    if (kinds.includes('cpu')) return ['cpu'];
    const [kind] = kinds;
    throw missingDevice(
      `${kind}:0`,
      probes.find((probe) => probe.kind === kind),
    );
  }
  for (const device of requested) {
    const kind = kindOf(device);
    if (!(kinds as readonly string[]).includes(kind)) {
      throw new UserError(`This cannot be computed on ${device}.`, {
        remedy: `Give a device of another kind: ${kinds.join(', ')}.`,
      });
    }
    if (kind === 'cpu') continue;
    const probe = probes.find((each) => each.kind === kind);
    const found = probe?.devices.find((each) => each.device === device);
    if (found === undefined || found.unusable !== undefined) {
      throw missingDevice(device, probe, found?.unusable);
    }
  }
  return requested;
}

/** That a device cannot be used, and which of its kind could be. */
export function missingDevice(
  device: string,
  probe: DeviceProbe | undefined,
  reason?: string,
  remedy?: string,
): UserError {
  const { problem } = probe ?? {};
  const devices = probe?.devices.filter(({ unusable }) => unusable === undefined) ?? [];
  const why = reason ?? problem?.reason;
  const there = devices.map((found) => `${found.device} (${found.name})`).join(', ');
  const hint = devices.length > 0 ? 'Give one that is there, or cpu.' : 'Compute on the cpu.';
  const found =
    devices.length > 0 ? `There are: ${there}.` : `There is no ${kindOf(device)} device.`;
  return new UserError(
    why === undefined
      ? `The device ${device} cannot be used. ${found}`
      : `The device ${device} cannot be used: ${ended(why)}${devices.length > 0 ? ` ${found}` : ''}`,
    { remedy: remedy ?? problem?.remedy ?? hint },
  );
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
