const cell = new Int32Array(new SharedArrayBuffer(4));
/** Milliseconds. */
const NAP = 1;

let awaited = 0;

function nap(): void {
  if (awaited === 0) return;
  Atomics.wait(cell, 0, 0, NAP);
  setImmediate(nap);
}

/**
 * The same promise, of something that the device does. While any is under way the binding of Dawn asks
 * for news in every turn of the event loop, which keeps a core busy: here turns last a millisecond.
 */
export async function patiently<Result>(promise: Promise<Result>): Promise<Result> {
  if (awaited++ === 0) setImmediate(nap);
  try {
    return await promise;
  } finally {
    awaited--;
  }
}
