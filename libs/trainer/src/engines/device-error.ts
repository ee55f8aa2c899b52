/** A device gave up while it computed: it is lost, or has no memory left. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  /** As manifests name it: `webgpu:0`. */
  readonly device: string;

  constructor(device: string, reason: string, options?: ErrorOptions) {
    super(`${device} failed: ${reason}`, options);
    this.device = device;
  }
}
