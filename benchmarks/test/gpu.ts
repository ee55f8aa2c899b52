import { UserError } from '@resdiff/runtime';
import { existsSync } from 'node:fs';
import { findGpu, type FoundGpu } from '../src/gpu/gpu.ts';

/** Where Debian's chromium-common puts the driver of SwiftShader, which renders in software. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * A GPU for tests, in software if this machine has no other; undefined, with a line that says why,
 * where there is none at all. With CI set that is an error instead.
 */
export function testGpu(): Promise<FoundGpu | undefined> {
  found ??= search();
  return found;
}

let found: Promise<FoundGpu | undefined> | undefined;

async function search(): Promise<FoundGpu | undefined> {
  const chosen = process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES;
  if (chosen === undefined && existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES = SWIFTSHADER;
  try {
    return await findGpu('webgpu:0');
  } catch (error) {
    if (!(error instanceof UserError) || process.env.CI) throw error;
    console.warn(`benchmarks of a GPU are not tested: ${error.message}`);
    return undefined;
  }
}
