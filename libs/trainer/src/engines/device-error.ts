/** A device gave up while it computed: it is lost, or has no memory left. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  /** As manifests name it: `webgpu:0`. */
  readonly device: string;

  constructor(device: string, reason: string, options?: ErrorOptions) {
    super(
      isOutOfMemory(reason)
        ? `${device} has no memory left; a smaller batch or network takes less: ${reason}`
        : `${device} failed: ${reason}`,
      options,
    );
    this.device = device;
  }
}

/** Whether a library says that a device has no memory left. */
export function isOutOfMemory(reason: string): boolean {
  return /out of (?:device )?memory|not enough memory|failed to allocate memory/i.test(reason);
}
