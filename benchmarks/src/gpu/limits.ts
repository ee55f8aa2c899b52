import { webgpuRandom, type WebgpuDevice } from '@resdiff/sampler';
import { openCompute, type Kernel } from './compute.ts';
import type { Operation, Operations } from './operations.ts';

/** A kernel that does one kind of operation and next to nothing else. */
interface Exercise extends Kernel {
  /** How many a dispatch does in one turn. */
  readonly operations: number;
  /** What there is more of until a run is long enough: turns of a loop in a dispatch, or dispatches. */
  readonly grows: 'turns' | 'dispatches';
}

export interface LimitsSize {
  /** Workgroups of 256 threads. */
  readonly workgroups: number;
  /** Of each of two buffers that are copied, if the device has so large ones. */
  readonly bytes: number;
  /** That a run takes at least. */
  readonly seconds: number;
}

/** What fills the largest cards. */
export const WHOLE: LimitsSize = { workgroups: 4096, bytes: 2 ** 28, seconds: 0.05 };
export const SMALL: LimitsSize = { workgroups: 4, bytes: 2 ** 16, seconds: 0.001 };

/** Runs of which the fastest counts. */
const RUNS = 3;

export interface OpenLimits {
  /** The rates of the device, operations a second, as they are now. */
  measure(): Promise<Operations>;
}

export async function openLimits(device: WebgpuDevice, size: LimitsSize): Promise<OpenLimits> {
  const opened: [Operation, () => Promise<number>][] = [];
  for (const [kind, exercise] of Object.entries(exercises(device, size))) {
    opened.push([kind as Operation, await openExercise(device, exercise, size.seconds)]);
  }
  return {
    async measure() {
      const rates: [Operation, number][] = [];
      for (const [kind, rate] of opened) rates.push([kind, await rate()]);
      return Object.fromEntries(rates) as unknown as Operations;
    },
  };
}

/** Gives operations a second. */
async function openExercise(
  device: WebgpuDevice,
  exercise: Exercise,
  least: number,
): Promise<() => Promise<number>> {
  const { operations, grows } = exercise;
  const compute = await openCompute(device, exercise);
  const run = (amount: number) => {
    const [turns, dispatches] = grows === 'turns' ? [amount, 1] : [1, amount];
    return compute.seconds(Uint32Array.of(turns, 0, 0, 0, 0, 0, 0, 0), dispatches);
  };
  let amount = 1;
  for (let taken = await run(amount); taken < least; taken = await run(amount)) {
    amount = Math.ceil(amount * Math.min(10, Math.max(1.5, (1.2 * least) / taken)));
  }
  return async () => {
    let fastest = Infinity;
    for (let i = 0; i < RUNS; i++) fastest = Math.min(fastest, await run(amount));
    return (operations * amount) / fastest;
  };
}

function exercises(
  { limits }: WebgpuDevice,
  { workgroups, bytes: wanted }: LimitsSize,
): Record<Operation, Exercise> {
  const threads = 256 * workgroups;
  const loop = { workgroups, buffers: { 1: 4 * threads }, grows: 'turns' } as const;
  const perWorkgroup = 16 * 256 * 4;
  const bytes = perWorkgroup * Math.floor(Math.min(wanted, limits.bufferBytes) / perWorkgroup);
  return {
    multiplyAdds: {
      ...loop,
      code: loopShader({
        type: 'vec4f',
        start: 'vec4f(f32(thread & 255u))',
        turn: (x) => `${x} = fma(${x}, vec4f(0.5f + zero), vec4f(1f + zero));`,
        word: (sum) => `u32(dot(${sum}, vec4f(1f)))`,
      }),
      operations: threads * PER_TURN * 4,
    },
    products: {
      ...loop,
      code: `${webgpuRandom}${loopShader({
        type: 'u32',
        start: 'thread',
        turn: (x) => `${x} = multiplyHigh(0xd2511f53u, ${x}) ^ (0xd2511f53u * ${x});`,
        word: (sum) => sum,
      })}`,
      operations: threads * PER_TURN,
    },
    roots: {
      ...loop,
      code: loopShader({
        type: 'vec4f',
        start: 'vec4f(1f + f32(thread & 255u))',
        turn: (x) => `${x} = inverseSqrt(${x});`,
        word: (sum) => `u32(dot(${sum}, vec4f(1f)))`,
      }),
      operations: threads * PER_TURN * 4,
    },
    bytes: {
      code: copyShader,
      workgroups: bytes / perWorkgroup,
      buffers: { 1: bytes, 2: bytes },
      operations: 2 * bytes,
      grows: 'dispatches',
    },
    kernels: {
      code: waitingShader,
      workgroups: 1,
      buffers: { 1: 4 * 64 },
      operations: 1,
      grows: 'dispatches',
    },
  };
}

/** Chains that do not wait for one another, and steps of each in a turn. */
const CHAINS = ['a', 'b', 'c', 'd'];
const STEPS = 8;
const PER_TURN = CHAINS.length * STEPS;

/** Of the numbers that a loop works on: their type, their values at first, a step, and their word. */
interface Loop {
  readonly type: string;
  readonly start: string;
  readonly turn: (variable: string) => string;
  readonly word: (sum: string) => string;
}

function loopShader({ type, start, turn, word }: Loop): string {
  const variables = CHAINS.map((x, i) => `var ${x} = ${start} + ${type}(${i});`).join('\n  ');
  const steps = new Array<string>(STEPS).fill(CHAINS.map(turn).join('\n    ')).join('\n    ');
  return /* wgsl */ `
// The turns, then zero, which a compiler cannot know.
@group(0) @binding(0) var<uniform> settings: vec4u;
@group(0) @binding(1) var<storage, read_write> results: array<u32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let thread = id.x;
  let zero = f32(settings.y);
  ${variables}
  for (var i = 0u; i < settings.x; i++) {
    ${steps}
  }
  results[thread] = ${word(CHAINS.join(' + '))} + u32(zero);
}
`;
}

const copyShader = /* wgsl */ `
@group(0) @binding(0) var<uniform> settings: vec4u;
@group(0) @binding(1) var<storage, read_write> results: array<vec4f>;
@group(0) @binding(2) var<storage, read> numbers: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  for (var i = settings.y; i < 4u; i++) {
    let at = 1024u * group.x + 256u * i + lane;
    results[at] = numbers[at];
  }
}
`;

const waitingShader = /* wgsl */ `
@group(0) @binding(0) var<uniform> settings: vec4u;
@group(0) @binding(1) var<storage, read_write> results: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  results[lane] += settings.x;
}
`;
