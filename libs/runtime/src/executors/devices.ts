import { kindOf, missingDevice, type GpuKind } from '../devices.ts';
import { lastLine, messageOf, RunError, ShardFailedError, UserError } from '../errors.ts';
import { SharedLink } from '../link.ts';
import type { ShardOutcome } from '../worker.ts';
import { DEVICE_VARIABLE, type FromDevice, type Refusal } from './device-messages.ts';
import { DeviceProcess } from './device-process.ts';
import type { Executor, ShardTask } from './executor.ts';
import { poolStation, type PoolOptions } from './pool.ts';
import { probeDevices } from './probe-devices.ts';
import { stationsExecutor, type ShardAtWork, type Station, type Watch } from './stations.ts';

/** A device that computes no more. */
export interface DeviceLoss {
  readonly device: string;
  readonly reason: string;
  /** The shard that it was at, which another is to compute. */
  readonly shard: string;
  /** The devices that go on. */
  readonly left: readonly string[];
}

export interface DevicesOptions extends Omit<PoolOptions, 'workerData'> {
  /**
   * By the names that receipts have: `webgpu:0`, `cuda:1`, `cpu`. Each GPU gets a process of its
   * own, which computes a shard at a time with the module `worker`; see {@link DeviceModule}.
   */
  readonly devices: readonly string[];
  /** Threads of `cpu`, if that is among the devices. */
  readonly workers: number;
  /** Called when a device is lost and others go on. */
  readonly onDeviceLost?: (loss: DeviceLoss) => void;
}

export interface DevicesExecutor extends Executor {
  /**
   * Opens the devices, unless they are open; `run` does so too.
   *
   * @throws {UserError} if one of them cannot be used, naming what there is.
   */
  start(): Promise<void>;
}

/**
 * Computes shards on devices, all fed from one queue. A device that is lost, has no memory left or
 * whose process crashes gives its shard back, and the others go on; when none is left, the run
 * fails with a {@link RunError} that says what became of each. A device whose shard hangs is opened
 * anew.
 *
 * @throws {UserError} if there is no device, or `workers` is not a positive whole number.
 */
export function devicesExecutor(options: DevicesOptions): DevicesExecutor {
  const { devices, graceSeconds, onDeviceLost } = options;
  if (devices.length === 0) {
    throw new UserError('There is no device to compute on.', { remedy: 'Name one, such as cpu.' });
  }
  const losses: DeviceLoss[] = [];
  const onLost = (loss: Omit<DeviceLoss, 'left'>) => {
    const left = stations.filter(({ lost }) => !lost).map(({ device }) => device);
    losses.push({ ...loss, left });
    if (left.length > 0) {
      onDeviceLost?.({ ...loss, left });
    }
  };
  const stations = devices.map((device): Station =>
    device === 'cpu' ? poolStation(options) : new DeviceStation(device, options, onLost),
  );
  const depleted = (left: number) => {
    const lines = losses.map(({ device, shard, reason }) => {
      return `\n  ${device}, at the shard ${shard}: ${lastLine(reason)}`;
    });
    const shards = left === 1 ? '1 shard is' : `${left} shards are`;
    return new RunError(
      `No device is left, and ${shards} not done:${lines.join('')}\nFinished shards are kept.`,
      {
        remedy:
          'Free or mend the devices, or name others of their kind; then give the command again: it resumes where this one stopped.',
      },
    );
  };
  return stationsExecutor(stations, { graceSeconds, depleted });
}

/** Milliseconds after which a device that is being opened is given up. */
const OPENING_MS = 120_000;

/** A link whose other end is told when the shard is to stop. */
class DeviceLink extends SharedLink {
  readonly #sendStop: () => void;

  constructor(sendStop: () => void) {
    super();
    this.#sendStop = sendStop;
  }

  override requestStop(): void {
    super.requestStop();
    this.#sendStop();
  }
}

/** A device with its process. */
class DeviceStation implements Station {
  readonly workers = 1;
  readonly device: string;
  readonly #worker: URL;
  readonly #env: Readonly<Record<string, string>>;
  readonly #onLost: (loss: Omit<DeviceLoss, 'left'>) => void;
  #process: DeviceProcess | undefined;
  #busy = false;
  #lost = false;

  constructor(
    device: string,
    { worker, env = {} }: Pick<PoolOptions, 'worker' | 'env'>,
    onLost: (loss: Omit<DeviceLoss, 'left'>) => void,
  ) {
    this.device = device;
    this.#worker = worker;
    this.#env = env;
    this.#onLost = onLost;
  }

  get lost(): boolean {
    return this.#lost;
  }

  async start(): Promise<void> {
    if (this.#process !== undefined || this.#lost) {
      return;
    }
    const refusal = await this.#open();
    if (refusal !== undefined) {
      const kind = kindOf(this.device) as GpuKind;
      const [probe] = await probeDevices(this.#worker, [kind], this.#env);
      throw missingDevice(this.device, probe, refusal.reason, refusal.remedy);
    }
  }

  async compute(task: ShardTask, watch: Watch): Promise<ShardOutcome> {
    this.#busy = true;
    try {
      // It was closed when a shard hung.
      const refusal = this.#process === undefined ? await this.#open() : undefined;
      if (watch.stopRequested) {
        return { stopped: true };
      }
      if (refusal !== undefined) {
        throw this.#loss(task.shard.id, `it could not be opened again: ${refusal.reason}`);
      }
      const link = new DeviceLink(() => this.#process?.send({ stop: true }));
      return await watch.over(task.shard, link, (shard) => this.#compute(task, shard, watch));
    } finally {
      this.#busy = false;
    }
  }

  async end(): Promise<void> {
    await this.#close(this.#busy ? 'at once' : 'gently');
  }

  async #close(how: 'at once' | 'gently'): Promise<void> {
    const ending = this.#process;
    this.#process = undefined;
    await ending?.end(how);
  }

  async #compute(task: ShardTask, shard: ShardAtWork, watch: Watch): Promise<ShardOutcome> {
    let lost: string;
    try {
      const outcome = await this.#outcomeOf(task, shard);
      if (!('failure' in outcome && outcome.failure.deviceLost)) {
        return outcome;
      }
      lost = outcome.failure.message;
    } catch (error) {
      if (watch.terminated) {
        return { stopped: true };
      }
      lost = messageOf(error);
    }
    if (shard.worker.aborted) {
      await this.#close('at once');
      const reason: unknown = shard.worker.reason;
      throw new ShardFailedError(shard.id, messageOf(reason), 'hung', 1, reason);
    }
    await this.#close('gently');
    throw this.#loss(shard.id, lost);
  }

  #loss(shard: string, reason: string): ShardFailedError {
    this.#lost = true;
    this.#onLost({ device: this.device, reason, shard });
    return new ShardFailedError(shard, `${this.device} was lost: ${reason}`, 'lost');
  }

  /** @throws {ProcessEnded} if the process ends before the shard. */
  #outcomeOf(task: ShardTask, { link, worker }: ShardAtWork): Promise<ShardOutcome> {
    const heed = (message: FromDevice) => {
      if ('begun' in message) {
        link.setBegun();
      } else if ('progress' in message) {
        link.report(message.progress);
      } else if ('writing' in message) {
        link.setWriting(message.writing);
      }
      return 'outcome' in message ? message.outcome : undefined;
    };
    return this.#process!.ask({ task }, heed, worker);
  }

  /** Why it cannot be opened, if it cannot. */
  async #open(): Promise<Refusal | undefined> {
    const { device } = this;
    const process = new DeviceProcess(this.#worker, { ...this.#env, ...environmentOf(device) });
    this.#process = process;
    const open = { worker: this.#worker.href, device };
    const tooLong = AbortSignal.timeout(OPENING_MS);
    const answer = (message: FromDevice) =>
      'opened' in message || 'refused' in message ? message : undefined;
    try {
      const told = await process.ask({ open }, answer, tooLong);
      if ('opened' in told) {
        return undefined;
      }
      await this.#close('gently');
      return told.refused;
    } catch (error) {
      this.#process = undefined;
      const late = `it was not open after ${OPENING_MS / 1000} s`;
      return { reason: tooLong.aborted ? late : messageOf(error) };
    }
  }
}

/**
 * The variables by which the process of a device sees its device alone, and computes with all bits
 * of its floating-point numbers.
 */
function environmentOf(device: string): Record<string, string> {
  const [kind, index] = device.split(':');
  if (kind !== 'cuda') {
    return { [DEVICE_VARIABLE]: device };
  }
  // Which of the visible ones it is, where not all are visible.
  const visible = process.env.CUDA_VISIBLE_DEVICES?.split(',');
  return {
    [DEVICE_VARIABLE]: device,
    CUDA_VISIBLE_DEVICES: visible ? (visible[Number(index)]?.trim() ?? '-1') : index,
    NVIDIA_TF32_OVERRIDE: '0',
  };
}
