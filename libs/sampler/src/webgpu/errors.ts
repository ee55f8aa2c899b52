/** No GPU can be used on this machine: the message says what is missing and how to get it. */
export class WebgpuUnavailableError extends Error {
  override readonly name = 'WebgpuUnavailableError';
}

/** An adapter was asked for that does not exist: the message lists those that do. */
export class WebgpuAdapterError extends Error {
  override readonly name = 'WebgpuAdapterError';
}

/** The device is gone, and what was asked of it with it: somebody else must compute it. */
export class WebgpuDeviceLostError extends Error {
  override readonly name = 'WebgpuDeviceLostError';
}

/** The device has no room for even one draw. */
export class WebgpuOutOfMemoryError extends Error {
  override readonly name = 'WebgpuOutOfMemoryError';
}
