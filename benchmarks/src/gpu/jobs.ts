import { copiedInput, tanh } from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import {
  kernelUrl,
  openWebgpu,
  webgpuCollapsedSampler,
  webgpuFunctionSampler,
  webgpuNtkSampler,
  webgpuRandom,
  type WebgpuDevice,
  type WebgpuSampler,
} from '@resdiff/sampler';
import { onnxEngine } from '@resdiff/trainer';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { NetworkSize } from '../network-draws.ts';
import {
  problemBytes,
  takeSteps,
  trainingProblem,
  type TrainingSteps,
} from '../training-problem.ts';
import { openCompute } from './compute.ts';
import { openLimits, SMALL, WHOLE } from './limits.ts';
import type { Operations } from './operations.ts';
import { meanRank } from './rank.ts';

/** Our part of a benchmark, for a process of its own. */
export type GpuJob =
  | { readonly kind: 'limits'; readonly quick: boolean }
  /** Calls that fill a buffer with so many normals, a multiple of 1024. */
  | { readonly kind: 'normals'; readonly count: number; readonly calls: number }
  /** Draws of x_T for two inputs. */
  | { readonly kind: 'draws'; readonly size: NetworkSize; readonly draws: number }
  /** Draws of functions of a network with L = D = size. */
  | {
      readonly kind: 'functions';
      readonly size: number;
      readonly points: number;
      readonly draws: number;
    }
  /** Draws of tangent kernels of two inputs. */
  | { readonly kind: 'ntk'; readonly size: NetworkSize; readonly draws: number }
  /** Steps of SGD, from a problem that is written to `file` for the peers. */
  | { readonly kind: 'training'; readonly steps: TrainingSteps; readonly file?: string };

/** What becomes known of a job as it is opened. */
export interface Facts {
  /** Of functions: nodes of a draw, and the mean rank of their covariance. */
  readonly nodes?: number;
  readonly rank?: number;
}

/** What a measurement gives. */
export interface Measured {
  /** Wall seconds of the whole work, or of a step of a training. */
  readonly seconds: number;
  /** Of a training. */
  readonly losses?: readonly number[];
  /** Of `limits`. */
  readonly rates?: Operations;
}

export interface OpenJob {
  readonly facts: Facts;
  readonly measure: () => Promise<Measured>;
}

/** Opens a device and what a job takes; the first measurement is warm. */
export async function openJob(device: string, job: GpuJob): Promise<OpenJob> {
  if (job.kind === 'training') return openTraining(device, job.steps, job.file);
  const gpu = await openWebgpu(Number(device.slice('webgpu:'.length)));
  switch (job.kind) {
    case 'limits': {
      const limits = await openLimits(gpu, job.quick ? SMALL : WHOLE);
      return { facts: {}, measure: async () => ({ seconds: NaN, rates: await limits.measure() }) };
    }
    case 'normals':
      return openNormals(gpu, job.count, job.calls);
    case 'functions':
      return openFunctions(gpu, job);
    case 'draws': {
      const sampler = await webgpuCollapsedSampler(gpu, {
        ...drawsOf(job.size),
        increment: 'recursion',
        stream: streams.resnet,
        keep: 1,
      });
      return warm(sampler, job.draws, {});
    }
    case 'ntk': {
      const sampler = await webgpuNtkSampler(gpu, { ...drawsOf(job.size), stream: streams.ntk });
      return warm(sampler, job.draws, {});
    }
  }
}

const key = seedKey(1);
const scales = { T: 1, sigmaW: 1, sigmaB: 1, activation: tanh };

function drawsOf({ width, depth, inputs }: NetworkSize) {
  return {
    network: { width, depth, ...scales },
    initial: inputs.map((z) => copiedInput(z, width)),
    key,
  };
}

/** Wall seconds. */
async function wallSeconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function warm(sampler: WebgpuSampler<unknown>, draws: number, facts: Facts) {
  await sampler.draw(0, draws);
  return {
    facts,
    measure: async () => ({ seconds: await wallSeconds(() => sampler.draw(0, draws)) }),
  };
}

/** As the experiment `functions` draws them. */
async function openFunctions(
  gpu: WebgpuDevice,
  { size, points, draws }: { size: number; points: number; draws: number },
): Promise<OpenJob> {
  const module = new WebAssembly.Module(readFileSync(kernelUrl));
  const network = { width: size, depth: size, ...scales };
  const tolerance = 1e-5;
  const stream = streams.resnet;
  const settings = { network, increment: 'recursion', key, stream, points, tolerance } as const;
  const sampler = await webgpuFunctionSampler(gpu, module, settings);
  if (sampler.method.kind !== 'interpolated') {
    throw new Error(`functions of this network are not interpolated but ${sampler.method.kind}`);
  }
  const { nodes } = sampler.method;
  const inputs = Array.from({ length: nodes }, (_, k) => 2 * Math.cos((Math.PI * k) / (nodes - 1)));
  const rank = meanRank(module, { network, inputs, key, stream }, (tolerance / 10) ** 2);
  return warm(sampler, draws, { nodes, rank });
}

/** The kernel's parameters as words: the key, the stream, then the draw and the layer. */
const NORMALS = { stream: streams.resnet, draw: 3, layer: 5 };

const normalsShader = /* wgsl */ `${webgpuRandom}
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let block = id.x;
  let z = blockNormals(block, parameters.firstLayer, parameters.firstDraw);
  let at = 16u * (block >> 2u) + (block & 3u);
  states[at] = z.x;
  states[at + 4u] = z.y;
  states[at + 8u] = z.z;
  states[at + 12u] = z.w;
}
`;

/** The random numbers of the samplers, which stay on the device. */
async function openNormals(gpu: WebgpuDevice, count: number, calls: number): Promise<OpenJob> {
  const compute = await openCompute(gpu, {
    code: normalsShader,
    workgroups: count / 1024,
    buffers: { 2: 4 * count },
  });
  const { stream, draw, layer } = NORMALS;
  const words = Uint32Array.of(key[0], key[1], stream, draw, layer, 0, 0, 0);
  await compute.seconds(words, 1);
  const expected = normals({ key, ...NORMALS }, 1024);
  const drawn = await compute.read(2, 1024);
  const apart = drawn.reduce((most, z, i) => Math.max(most, Math.abs(z - expected[i])), 0);
  if (!(apart < 1e-4)) {
    throw new Error(`normals on this device are not those of the seed: ${apart} apart`);
  }
  return { facts: {}, measure: async () => ({ seconds: await compute.seconds(words, calls) }) };
}

async function openTraining(
  device: string,
  steps: TrainingSteps,
  file: string | undefined,
): Promise<OpenJob> {
  const problem = trainingProblem(steps);
  if (file !== undefined) writeProblem(file, problemBytes(problem));
  const engine = await onnxEngine({ device });
  const { model, data } = problem;
  const optimizer = { kind: 'gradient-descent' } as const;
  const session = await engine.open({ model, optimizer, batch: steps.batch, data });
  return { facts: {}, measure: () => takeSteps(session, problem, steps, wallSeconds) };
}

/** Tensor by tensor: the largest networks have half a gigabyte. */
function writeProblem(file: string, tensors: readonly Buffer[]): void {
  const to = openSync(file, 'w');
  for (const tensor of tensors) {
    for (let at = 0; at < tensor.length;) at += writeSync(to, tensor, at);
  }
  closeSync(to);
}
