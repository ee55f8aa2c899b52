import { readFileSync } from 'node:fs';
import { kernelUrl } from '../src/kernel.ts';

/** The compiled kernel, as the build leaves it. */
export const kernelModule = new WebAssembly.Module(readFileSync(kernelUrl));
