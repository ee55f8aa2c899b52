import { appendFileSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { DeviceModule, FoundDevice } from '../src/index.ts';
import { DeviceLostError, serveShards } from '../src/worker.ts';
import { computeDraws } from './draws.ts';
import { computeUnits } from './units.ts';

type Misbehaviour = 'throw' | 'die' | 'lose' | 'fill' | 'hang' | 'run-on';

/** How the devices of this machine are; there are none by default. */
export interface FakeDevices {
  readonly devices?: readonly FoundDevice[];
  /** The devices whose process dies as they are opened. */
  readonly broken?: readonly string[];
  readonly delayMs?: number;
  /** By shard id, or by device: then from its second shard on. */
  readonly misbehave?: Readonly<Record<string, Misbehaviour>>;
  /** The attempt from which on shards do not misbehave any more, counted from 1 in `log`. */
  readonly recoverAt?: number;
  /** What drivers write to standard error when devices are looked for. */
  readonly says?: string;
  /** A file that gets the id of each shard as it is begun, and its device. */
  readonly log?: string;
}

/** The variable that {@link FakeDevices} are in, as JSON. */
export const FAKE_DEVICES = 'RESDIFF_TEST_DEVICES';

const fake = JSON.parse(process.env[FAKE_DEVICES] ?? '{}') as FakeDevices;
const {
  devices = [],
  broken = [],
  delayMs = 0,
  misbehave = {},
  recoverAt = Infinity,
  log,
  says = '',
} = fake;
let begun = 0;

function attempt(id: string, device: string): number {
  if (log === undefined) return 1;
  appendFileSync(log, `${id} ${device}\n`);
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${id} `)).length;
}

export default serveShards(async (task, context) => {
  const { device } = context;
  const { id } = task.shard;
  begun += 1;
  const mood = misbehave[id] ?? (begun > 1 ? misbehave[device] : undefined);
  await setTimeout(delayMs);
  switch (attempt(id, device) < recoverAt ? mood : undefined) {
    case 'throw':
      throw new RangeError('width 0 is too narrow');
    case 'die':
      process.kill(process.pid, 'SIGKILL');
      break;
    case 'lose':
      throw new DeviceLostError('the driver was reset');
    case 'fill':
      throw new DeviceLostError('no memory is left for 10 draws');
    case 'hang':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      break;
    case 'run-on':
      for (;;) await setTimeout(10);
    case undefined:
  }
  return task.experiment === 'units'
    ? computeUnits(task, context, { delayMs })
    : { ...computeDraws(task), notes: variablesOf(device) };
});

/** What the process of the device is told by its environment. */
function variablesOf(device: string): Record<string, string | null> {
  if (!device.startsWith('cuda')) return { device: process.env.RESDIFF_DEVICE ?? null };
  const { RESDIFF_DEVICE, CUDA_VISIBLE_DEVICES, NVIDIA_TF32_OVERRIDE } = process.env;
  return {
    device: RESDIFF_DEVICE ?? null,
    visible: CUDA_VISIBLE_DEVICES ?? null,
    tf32: NVIDIA_TF32_OVERRIDE ?? null,
  };
}

export const openDevice: DeviceModule['openDevice'] = (device) => {
  writeSync(process.stderr.fd, 'Warning: a limit was reduced\n - While opening\n');
  if (broken.includes(device)) process.kill(process.pid, 'SIGSEGV');
  if (devices.some((found) => found.device === device)) return Promise.resolve();
  throw Object.assign(new Error('no adapter answered'), { remedy: 'Install a driver.' });
};

export const listDevices: DeviceModule['listDevices'] = (kind) => {
  if (broken.includes(kind)) process.kill(process.pid, 'SIGSEGV');
  writeSync(process.stderr.fd, says);
  const found = devices.filter(({ device }) => device.startsWith(`${kind}:`));
  if (found.length > 0) return Promise.resolve(found);
  throw Object.assign(new Error(`no ${kind} driver is installed`), { remedy: 'Install one.' });
};
