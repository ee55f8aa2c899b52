import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Facts, GpuJob, Measured } from './jobs.ts';

/** What the process of a GPU says. */
export type Answer =
  | { readonly opened: Facts }
  | { readonly measured: Measured }
  | { readonly failed: string };

/** A job that is open in a process of its own, which a driver may break off. */
export interface GpuProcess {
  readonly facts: Facts;
  /** @throws Error if it fails, or if the process ends. */
  readonly measure: () => Promise<Measured>;
  /** Gives the device back. */
  readonly close: () => Promise<void>;
}

const worker = fileURLToPath(new URL('./worker.js', import.meta.url));

/** @throws Error if the job cannot be opened on this device. */
export async function openProcess(device: string, job: GpuJob): Promise<GpuProcess> {
  const child = fork(worker, [device, JSON.stringify(job)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // With CUDA, ONNX Runtime then computes products in f32, as PyTorch does, and not in TF32.
    env: { ...process.env, NVIDIA_TF32_OVERRIDE: '0' },
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-1000);
  });
  const ended = new Promise<Answer>((resolve) => {
    child.on('close', (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      resolve({ failed: [`its process ended by ${how}`, said.trim()].filter(Boolean).join(': ') });
    });
  });
  const next = () =>
    Promise.race([ended, new Promise<Answer>((resolve) => child.once('message', resolve))]);
  const exited = new Promise((resolve) => child.on('exit', resolve));
  const close = async () => {
    if (child.connected) child.disconnect();
    await exited;
  };
  const opened = await next();
  if (!('opened' in opened)) {
    await close();
    throw new Error(reasonIn(opened));
  }
  return {
    facts: opened.opened,
    async measure() {
      const answer = next();
      if (child.connected) child.send('measure');
      const told = await answer;
      if ('measured' in told) return told.measured;
      throw new Error(reasonIn(told));
    },
    close,
  };
}

function reasonIn(answer: Answer): string {
  return 'failed' in answer ? answer.failed : 'it answered what it was not asked';
}
