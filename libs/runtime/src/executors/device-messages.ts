import type { FoundDevice, GpuKind } from '../devices.ts';
import type { ShardOutcome } from '../worker.ts';
import type { ShardTask } from './executor.ts';

/** The variable that tells the process of a device which it has. */
export const DEVICE_VARIABLE = 'RESDIFF_DEVICE';

/** What a worker module exports beside its default, so that devices can compute its shards. */
export interface DeviceModule {
  /**
   * Opens the device, in its own process and before the first shard there, which finds it in its
   * context. The process ends without closing it.
   *
   * @throws an error that says what is missing, with a `remedy` if there is one.
   */
  readonly openDevice: (device: string) => Promise<void>;
  /**
   * The devices of a kind, in the order of their numbers, in a process of its own.
   *
   * @throws an error that says why none can be used, with a `remedy` if there is one.
   */
  readonly listDevices: (kind: GpuKind) => Promise<readonly FoundDevice[]>;
}

/** An error as it crosses from process to process. */
export interface Refusal {
  readonly reason: string;
  readonly remedy?: string;
}

/** What the process of a device is told. */
export type ToDevice =
  | { readonly open: { readonly worker: string; readonly device: string } }
  | { readonly list: { readonly worker: string; readonly kind: GpuKind } }
  | { readonly task: ShardTask }
  | { readonly stop: true }
  | { readonly end: true };

/** What the process of a device tells. */
export type FromDevice =
  | { readonly opened: true }
  | { readonly listed: readonly FoundDevice[] }
  | { readonly refused: Refusal }
  | { readonly begun: true }
  | { readonly progress: number }
  | { readonly writing: boolean }
  | { readonly outcome: ShardOutcome };
