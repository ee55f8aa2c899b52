import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';
import type { GivenShard, OnBoth, Row } from '../test/gpu-child.ts';

/** Where Debian's chromium-common puts the driver of SwiftShader, which renders in software. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const named = process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES;
const inSoftware = named === undefined && existsSync(SWIFTSHADER);

/** Computes shards on the cpu and on a GPU, in a process of their own. */
async function onBoth(shards: readonly GivenShard[]): Promise<readonly OnBoth[]> {
  const child = fileURLToPath(new URL('gpu-child.mjs', inject('bundle')));
  const { stdout } = await promisify(execFile)(process.execPath, [child, JSON.stringify(shards)], {
    env: { ...process.env, ...(inSoftware && { VK_ICD_FILENAMES: SWIFTSHADER }) },
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout) as OnBoth[];
}

const shards: GivenShard[] = [
  {
    experiment: 'functions',
    settings: {
      ...{ activations: ['swish'], depths: 4, widths: 6, draws: 5 },
      ...{ tablePoints: 5, curves: 2, points: 41 },
    },
    task: { activation: 'swish', depth: 4, width: 6, first: 1, count: 4 },
  },
  {
    experiment: 'functions',
    settings: {
      ...{ activations: ['relu'], sigmaB: 0, depths: 4, widths: 6, draws: 5 },
      ...{ tablePoints: 5, curves: 2, points: 41 },
    },
    task: { activation: 'relu', depth: 4, width: 6, first: 1, count: 4 },
  },
  {
    experiment: 'ntk',
    settings: { size: [9], inputs: [1, 2, 5] },
    task: { size: 9, first: 2, count: 3 },
  },
];

/** Relative to the largest number of a column. */
const TOLERANCE = 3e-6;
const computed = ['value', 'weights', 'biases'];

it('the rows of functions and tangent kernels on a GPU are those of the cpu', async ({ skip }) => {
  let found: readonly OnBoth[];
  try {
    found = await onBoth(shards);
  } catch (error) {
    if (process.env.CI || !String(error).includes('WebgpuUnavailableError')) throw error;
    return skip('no Vulkan driver was found, such as that in chromium-common');
  }
  expect(found).toHaveLength(shards.length);
  for (const { cpu, gpu } of found) {
    expect(gpu.map(given)).toEqual(cpu.map(given));
    for (const name of computed.filter((each) => each in cpu[0])) {
      const scale = Math.max(...cpu.map((row) => Math.abs(row[name])));
      const errors = gpu.map((row, i) => Math.abs(row[name] - cpu[i][name]));
      expect(Math.max(...errors) / scale).toBeLessThan(TOLERANCE);
      expect(Math.max(...errors)).toBeGreaterThan(0);
    }
  }
});

/** What a row is of. */
function given(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !computed.includes(name)));
}
