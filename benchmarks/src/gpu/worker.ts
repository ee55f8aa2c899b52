import { EngineUnavailableError } from '@resdiff/trainer';
import { openJob, type GpuJob } from './jobs.ts';
import type { Answer } from './process.ts';

/** A process that a GPU has to itself: `worker.js DEVICE JOB`, and every message asks for a measurement. */
const [device, job] = process.argv.slice(2);
const answer = (message: Answer) => process.send!(message);

try {
  const { facts, measure } = await openJob(device, JSON.parse(job) as GpuJob);
  process.on('message', () => {
    measure().then(
      (measured) => answer({ measured }),
      (error: unknown) => answer({ failed: reasonOf(error) }),
    );
  });
  answer({ opened: facts });
} catch (error) {
  answer({ failed: reasonOf(error) });
}

// ONNX Runtime breaks a process off that ends by itself after it found no GPU.
process.on('disconnect', () => process.exit());

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof EngineUnavailableError
    ? `${error.message} ${error.remedy}`
    : error.message;
}
