import type { Benchmark } from '../benchmark.ts';
import { draws } from './draws.ts';
import { inputs } from './inputs.ts';
import { normals } from './normals.ts';
import { parquet } from './parquet.ts';
import { workers } from './workers.ts';

/** Every benchmark, in the order in which they are run. */
export const benchmarks: readonly Benchmark[] = [draws, inputs, normals, parquet, workers];
