// The process of a device: it has the device to itself, and ends by process.exit() alone, since
// some drivers break off a process that ends by itself.
import type { GpuKind } from '../devices.ts';
import { messageOf } from '../errors.ts';
import { SharedLink } from '../link.ts';
import type { ShardServer } from '../worker.ts';
import {
  type DeviceModule,
  type FromDevice,
  type Refusal,
  type ToDevice,
} from './device-messages.ts';
import type { ShardTask } from './executor.ts';

/** Least milliseconds between two reports of progress. */
const REPORT_MS = 100;

/** The link of a shard whose reports are sent on. */
class SendingLink extends SharedLink {
  #nextMs = -Infinity;

  override report(fraction: number): void {
    super.report(fraction);
    const now = performance.now();
    if (now >= this.#nextMs) {
      this.#nextMs = now + REPORT_MS;
      send({ progress: fraction });
    }
  }

  override setWriting(writing: boolean): void {
    super.setWriting(writing);
    send({ writing });
  }
}

let compute: ((task: ShardTask) => Promise<void>) | undefined;
let atWork: SendingLink | undefined;

function send(message: FromDevice): void {
  process.send?.(message);
}

async function open(worker: string, device: string): Promise<void> {
  const module = (await import(worker)) as DeviceModule & { readonly default: ShardServer };
  await module.openDevice(device);
  compute = async (task) => {
    const link = new SendingLink();
    atWork = link;
    send({ begun: true });
    const outcome = await module.default({ task, link, device });
    atWork = undefined;
    send({ outcome });
  };
  send({ opened: true });
}

async function list(worker: string, kind: GpuKind): Promise<void> {
  const { listDevices } = (await import(worker)) as DeviceModule;
  send({ listed: await listDevices(kind) });
}

function refuse(error: unknown): void {
  const remedy: unknown = error instanceof Error && 'remedy' in error ? error.remedy : undefined;
  const refused: Refusal = {
    reason: messageOf(error),
    ...(typeof remedy === 'string' && { remedy }),
  };
  send({ refused });
}

process.on('message', (message: ToDevice) => {
  if ('open' in message) {
    open(message.open.worker, message.open.device).catch(refuse);
  } else if ('list' in message) {
    list(message.list.worker, message.list.kind).catch(refuse);
  } else if ('task' in message) {
    void compute?.(message.task);
  } else if ('stop' in message) {
    atWork?.requestStop();
  } else {
    process.exit(0);
  }
});
// A terminal sends its signals to all processes in it; the first one decides what becomes of this.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => undefined);
}
process.on('uncaughtException', (error) => {
  process.stderr.write(`Error: ${error.message}\n`);
  process.exit(1);
});
process.on('disconnect', () => process.exit(0));
