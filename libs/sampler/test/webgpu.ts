import type { Key } from '@resdiff/random';
import { existsSync } from 'node:fs';
import { openWebgpu, WebgpuUnavailableError, type WebgpuDevice } from '../src/webgpu/index.ts';
import { runProgram } from '../src/webgpu/program.ts';

/** Where Debian's chromium-common puts the driver of SwiftShader, which renders in software. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

let opened: Promise<WebgpuDevice | undefined> | undefined;

/**
 * The WebGPU device of all tests of a process, with what was compiled for it; in software if this
 * machine has no other. Undefined, with a line that says why, where there is none at all; with CI set
 * that is an error instead.
 */
export function testDevice(): Promise<WebgpuDevice | undefined> {
  opened ??= open();
  return opened;
}

async function open(): Promise<WebgpuDevice | undefined> {
  const chosen = process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES;
  if (chosen === undefined && existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES = SWIFTSHADER;
  try {
    return await openWebgpu();
  } catch (error) {
    if (!(error instanceof WebgpuUnavailableError) || process.env.CI) throw error;
    console.warn(`tests of WebGPU are skipped: ${error.message}`);
    return undefined;
  }
}

/** A computation of its own for every row, in WGSL. */
export interface Evaluation {
  /** Functions, with `parameters` of the kernels. */
  readonly library: string;
  /** Statements that read `initial` and write `output` from `out` on, given `row` and `lane`. */
  readonly body: string;
  readonly input?: readonly number[];
  /** Words of `output` a row. */
  readonly words: number;
  readonly rows: number;
  /** Threads a row, by default one. */
  readonly threads?: number;
  readonly key?: Key;
  readonly stream?: number;
}

/** What a computation writes, row by row. */
export async function evaluate(device: WebgpuDevice, what: Evaluation): Promise<Uint32Array[]> {
  const { library, body, input = [0], words, rows, threads = 1, key = [0, 0], stream = 0 } = what;
  const code = `${library}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x + parameters.firstDraw;
  let out = group.x * ${words}u;
  ${body}
}`;
  const running = await runProgram(device, {
    kernel: { code, constants: { u32: {}, f32: {} } },
    initial: Float32Array.from(input),
    stateFloats: 0,
    outputWords: words,
    passes: [{ entry: 'main', layers: 1, work: threads }],
    key,
    stream,
  });
  try {
    return await running.draw(0, rows);
  } finally {
    running.close();
  }
}
