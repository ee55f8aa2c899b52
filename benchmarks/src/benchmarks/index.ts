import type { Benchmark } from '../benchmark.ts';
import { draws } from './draws.ts';
import { functions } from './functions.ts';
import { inputs } from './inputs.ts';
import { merge } from './merge.ts';
import { normals } from './normals.ts';
import { ntk } from './ntk.ts';
import { parquet } from './parquet.ts';
import { training } from './training.ts';
import { workers } from './workers.ts';

/** Every benchmark, in the order in which they are run. */
export const benchmarks: readonly Benchmark[] = [
  draws,
  inputs,
  functions,
  ntk,
  normals,
  training,
  parquet,
  merge,
  workers,
];
