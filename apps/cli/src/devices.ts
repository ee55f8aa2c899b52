import type { DeviceRequest } from '@resdiff/experiments';
import { parseDevices, type DeviceLoss, type FoundDevice } from '@resdiff/runtime';
import { counted } from './format.ts';

/** Where shards are to be computed, as it is told on the command line. */
export interface DeviceOptions {
  /** One of them, or `auto`. */
  readonly device?: string | undefined;
  /** Several, separated by commas. */
  readonly devices?: string | undefined;
  readonly mixed?: true | undefined;
}

/** @throws {UserError} if what is named is no device. */
export function deviceRequest({ device, devices, mixed }: DeviceOptions): DeviceRequest {
  return { devices: parseDevices(device ?? devices ?? 'cpu'), mixed: mixed === true };
}

/**
 * The options of a command line that ask for the same.
 *
 * @throws {UserError} if what is named is no device.
 */
export function deviceWords(options: DeviceOptions): string[] {
  const { devices, mixed } = deviceRequest(options);
  const list = devices === 'auto' ? devices : devices.join(',');
  return [...(list === 'cpu' ? [] : ['--devices', list]), ...(mixed ? ['--mixed'] : [])];
}

/** For a person: `2 workers`, or `webgpu:0 (Radeon), 2 workers`. */
export function devicesInWords(
  devices: readonly Pick<FoundDevice, 'device' | 'name'>[],
  workers: number,
): string {
  return devices
    .map(({ device, name }) =>
      device === 'cpu' ? counted(workers, 'worker') : `${device} (${name})`,
    )
    .join(', ');
}

/** That a device was lost, and what goes on. */
export function deviceLost({ device, reason, shard, left }: DeviceLoss): string {
  return `${device} was lost at the shard ${shard}: ${reason}. ${left.join(', ')} ${left.length === 1 ? 'goes' : 'go'} on with what it was at.`;
}
