import { messageOf } from '../errors.ts';
import type { DeviceProbe, GpuKind } from '../devices.ts';
import type { FromDevice } from './device-messages.ts';
import { DeviceProcess } from './device-process.ts';

/** Milliseconds after which a search for devices is given up. */
const SEARCH_MS = 60_000;

/**
 * Looks for devices, each kind in a process of its own, which a driver may break off.
 *
 * @param worker the module that computes shards; its `listDevices` tells what there is.
 */
export function probeDevices(
  worker: URL,
  kinds: readonly GpuKind[] = ['webgpu', 'cuda'],
  env: Readonly<Record<string, string>> = {},
): Promise<DeviceProbe[]> {
  return Promise.all(kinds.map((kind) => probe(worker, kind, env)));
}

async function probe(
  worker: URL,
  kind: GpuKind,
  env: Readonly<Record<string, string>>,
): Promise<DeviceProbe> {
  const process = new DeviceProcess(worker, env);
  const found = await foundBy(process, worker, kind);
  await process.end('gently');
  return { kind, ...found, ...(process.said !== '' && { said: process.said }) };
}

async function foundBy(
  process: DeviceProcess,
  worker: URL,
  kind: GpuKind,
): Promise<Pick<DeviceProbe, 'devices' | 'problem'>> {
  const tooLong = AbortSignal.timeout(SEARCH_MS);
  try {
    const answer = await process.ask({ list: { worker: worker.href, kind } }, listing, tooLong);
    return 'refused' in answer
      ? { devices: [], problem: answer.refused }
      : { devices: answer.listed };
  } catch (error) {
    const reason = tooLong.aborted
      ? `the search for devices was not done after ${SEARCH_MS / 1000} s`
      : `the search for devices failed: ${messageOf(error)}`;
    return { devices: [], problem: { reason } };
  }
}

function listing(message: FromDevice) {
  return 'listed' in message || 'refused' in message ? message : undefined;
}
