import { kernelUrl } from '@resdiff/sampler';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

let compiled: WebAssembly.Module | undefined;

/** The sampler's kernel, compiled once a thread. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(kernelUrl));
  return compiled;
}

/** Which kernel it is: the first 12 hexadecimal digits of its SHA-256. */
export function kernelVersion(): string {
  return createHash('sha256').update(readFileSync(kernelUrl)).digest('hex').slice(0, 12);
}
