/**
 * Loaded into a command before its own code (`node --import`), in each of its threads, this makes
 * things go wrong as the JSON in RESDIFF_FAULT says; see `Fault` in faults.ts. A step is a call that
 * changes something in the run folder; the steps of all threads are counted together, from 1.
 */
import fs, { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, resolve } from 'node:path';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/** @type {import('./faults.ts').Fault} */
const fault = JSON.parse(process.env.RESDIFF_FAULT);
const { folder, log, at = 0, signal, workers = [], clockBack = 0 } = fault;
const { appendFileSync, closeSync, openSync, writeFileSync, writeSync } = fs;

const STEPS = 0;
/** Of all threads: steps, and how often each of `workers` has happened. */
const counts = new Int32Array(
  getEnvironmentData('counts') ?? new SharedArrayBuffer(4 * (1 + workers.length)),
);
if (isMainThread) setEnvironmentData('counts', counts.buffer);

/** @type {Map<number, string>} The paths of open files, by their descriptors. */
const paths = new Map();
const pathOf = (file) => (typeof file === 'number' ? paths.get(file) : resolve(String(file)));
/** What was renamed last. */
let renamed = '';

function note(event, call, path) {
  const step = counts[STEPS];
  appendFileSync(log, `${JSON.stringify({ event, step, call, path })}\n`);
}

function sleepForever() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Counts a step, and gets the signal before it if it is the one; a write is killed half-way. */
function step(call, path, half) {
  if (!path?.startsWith(folder)) return;
  if (Atomics.add(counts, STEPS, 1) + 1 !== at || signal === undefined) return;
  if (signal === 'SIGKILL') half?.();
  // The folder is synced for the sake of what was renamed in it.
  note(signal, call, path === dirname(renamed) ? renamed : path);
  process.kill(process.pid, signal);
  if (signal === 'SIGKILL') sleepForever();
}

function misbehave(path) {
  if (isMainThread) return;
  const index = workers.findIndex(({ shard }) => path.includes(`.${shard}.arrow.`));
  if (index < 0) return;
  const { action, times = Infinity } = workers[index];
  if (Atomics.add(counts, STEPS + 1 + index, 1) >= times) return;
  note(action, 'openSync', path);
  if (action === 'throw') throw new RangeError('thrown by the test');
  if (action === 'exit') process.exit(3);
  sleepForever();
}

fs.openSync = (file, flags = 'r', ...rest) => {
  const path = pathOf(file);
  if (flags !== 'r') {
    misbehave(path);
    step('open', path);
  }
  const descriptor = openSync(file, flags, ...rest);
  paths.set(descriptor, path);
  return descriptor;
};
fs.closeSync = (descriptor) => {
  paths.delete(descriptor);
  closeSync(descriptor);
};
fs.writeSync = (descriptor, bytes, ...rest) => {
  const half = () => writeSync(descriptor, bytes.subarray(0, bytes.length >> 1));
  step('write', paths.get(descriptor), half);
  return writeSync(descriptor, bytes, ...rest);
};
fs.writeFileSync = (file, text, ...rest) => {
  const half = () => writeFileSync(file, text.slice(0, text.length >> 1), ...rest);
  step('write', pathOf(file), half);
  writeFileSync(file, text, ...rest);
};
for (const call of ['fsyncSync', 'renameSync', 'linkSync', 'rmSync', 'mkdirSync']) {
  const original = fs[call];
  fs[call] = (file, ...rest) => {
    step(call.replace('Sync', ''), pathOf(file));
    if (call === 'renameSync') renamed = pathOf(rest[0]);
    return original(file, ...rest);
  };
}
for (const call of ['mkdir', 'rm']) {
  const original = promises[call];
  promises[call] = async (path, ...rest) => {
    step(call, pathOf(path));
    return original(path, ...rest);
  };
}
syncBuiltinESMExports();

const TrueDate = Date;
/** Milliseconds. */
const behind = () => (counts[STEPS] >= at ? clockBack : 0);
if (clockBack > 0) {
  globalThis.Date = class extends TrueDate {
    constructor(...given) {
      super(...(given.length === 0 ? [TrueDate.now() - behind()] : given));
    }
    static now() {
      return TrueDate.now() - behind();
    }
  };
}

if (isMainThread) {
  process.on('exit', () => {
    note('exit', 'exit', folder);
    if (at > counts[STEPS] && signal === 'SIGKILL') process.kill(process.pid, signal);
  });
}
