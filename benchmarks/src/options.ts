import { parseDevices } from '@resdiff/runtime';
import { parseArgs } from 'node:util';
import { benchmarks, gpuBenchmarks } from './benchmarks/index.ts';

export interface Options {
  /** Names of benchmarks, in the order in which they are run. */
  readonly only: readonly string[];
  /** The GPU that those of a GPU measure, as receipts call it. */
  readonly device: string;
  readonly rounds: number;
  readonly quick: boolean;
  readonly json?: string;
}

const cpuNames = benchmarks.map(({ name }) => name);
const gpuNames = gpuBenchmarks.map(({ name }) => name);
/** All of a GPU. */
const GPU = 'gpu';
const names = [...cpuNames, GPU, ...gpuNames];

export const usage = `Usage: npm run bench -- [options]

  --only <name>    one of ${cpuNames.join(', ')}, or on a GPU
                   one of ${gpuNames.join(', ')},
                   or ${GPU} for all of these; may be given again (default: all without a GPU)
  --device <name>  the GPU: webgpu:0, webgpu:1 and so on (default: webgpu:0)
  --rounds <n>     how often everything is measured, in turns (default: 5)
  --quick          small sizes, to see that it works; the figures mean nothing
  --json <file>    write the numbers as well, with machine, versions and date
  --help           print this`;

/** A command line that cannot be followed. */
export class UsageError extends Error {}

/** @returns undefined if help is asked for. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { only: asked = cpuNames, device, rounds, quick, json, help } = parse(args);
  if (help) return undefined;
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--only ${unknown}: must be one of ${names.join(', ')}.`);
  }
  if (!/^[1-9]\d{0,3}$/.test(rounds)) {
    throw new UsageError(`--rounds ${rounds}: must be a whole number from 1 to 9999.`);
  }
  const only = [
    ...cpuNames.filter((name) => asked.includes(name)),
    ...gpuNames.filter((name) => asked.includes(name) || asked.includes(GPU)),
  ];
  if (device !== undefined && !only.some((name) => gpuNames.includes(name))) {
    throw new UsageError(`--device ${device}: is for benchmarks of a GPU, such as --only ${GPU}.`);
  }
  return {
    only,
    device: gpuNamed(device ?? 'webgpu:0'),
    rounds: Number(rounds),
    quick,
    ...(json !== undefined && { json }),
  };
}

/** CUDA is no choice: the sampler has no version for it, and trainings are measured with both. */
function gpuNamed(text: string): string {
  const refused = `--device ${text}: must be webgpu:0, or another number.`;
  let devices: ReturnType<typeof parseDevices>;
  try {
    devices = parseDevices(text);
  } catch {
    throw new UsageError(refused);
  }
  const [device] = devices;
  if (devices === 'auto' || devices.length > 1 || !device.startsWith('webgpu:')) {
    throw new UsageError(refused);
  }
  return device;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        device: { type: 'string' },
        rounds: { type: 'string', default: '5' },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
