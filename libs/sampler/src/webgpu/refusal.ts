/** Of what a device is told to do, what it did not do. */
export interface Refusal {
  readonly kind: (typeof kinds)[number];
  readonly message: string;
}

/** That which is told of first comes first. */
const kinds = ['out-of-memory', 'validation', 'internal'] as const;

/**
 * Tells a device to do something. What WebGPU refuses makes nothing fail by itself: buffers keep what
 * was in them, and can be read as if it were the result.
 */
export function refusable<Result>(
  gpu: GPUDevice,
  tell: () => Result,
): { readonly result: Result; readonly refusal: Promise<Refusal | undefined> } {
  for (const kind of kinds.toReversed()) gpu.pushErrorScope(kind);
  const result = tell();
  const errors = Promise.all(kinds.map(() => gpu.popErrorScope()));
  const refusal = errors.then(
    (found) =>
      kinds
        .map((kind, i) => ({ kind, message: found[i]?.message }))
        .find((each): each is Refusal => each.message !== undefined),
    // A device that is lost has none; whoever waits for its results hears of that.
    () => undefined,
  );
  return { result, refusal };
}
