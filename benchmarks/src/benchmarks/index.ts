import type { Benchmark, GpuBenchmark } from '../benchmark.ts';
import { convolutional } from './convolutional.ts';
import { draws } from './draws.ts';
import { functions } from './functions.ts';
import { gpuDraws } from './gpu-draws.ts';
import { gpuFunctions } from './gpu-functions.ts';
import { gpuLimits } from './gpu-limits.ts';
import { gpuNormals } from './gpu-normals.ts';
import { gpuNtk } from './gpu-ntk.ts';
import { gpuTraining } from './gpu-training.ts';
import { inputs } from './inputs.ts';
import { merge } from './merge.ts';
import { normals } from './normals.ts';
import { ntk } from './ntk.ts';
import { parquet } from './parquet.ts';
import { training } from './training.ts';
import { workers } from './workers.ts';

/** Those of the processor, in the order in which they are run. */
export const benchmarks: readonly Benchmark[] = [
  draws,
  inputs,
  functions,
  convolutional,
  ntk,
  normals,
  training,
  parquet,
  merge,
  workers,
];

/** Those of a GPU. */
export const gpuBenchmarks: readonly GpuBenchmark[] = [
  gpuLimits,
  gpuNormals,
  gpuDraws,
  gpuFunctions,
  gpuNtk,
  gpuTraining,
];
