import { copiedInput, iidLaw } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import type { ShardContent, ShardContext } from '@resdiff/runtime';
import {
  feedforwardGradientSampler,
  jacobianSampler,
  type JacobianProcess,
} from '@resdiff/sampler';
import { nullableColumn, type Batch } from '@resdiff/tables';
import { drawRanges, type DrawRange } from '../draw-ranges.ts';
import type { ShardPlan } from '../experiment.ts';
import { tableBytes } from '../table-bytes.ts';
import { refuseTooManyRows } from '../table-rows.ts';
import {
  feedforwardOf,
  networkOf,
  processes,
  snapshotLayers,
  type JacobianSettings,
  type Process,
} from './settings.ts';
import { identityError, matrixStatistics, type MatrixStatistics } from './statistics.ts';
import { jacobianTable, measures, type JacobianTable, type Measure } from './table.ts';

/** A contiguous range of draws of the processes of residual networks, or of feedforward networks. */
export interface JacobianTask extends DrawRange {
  readonly [key: string]: string | number;
  readonly part: Part;
}

const parts = ['residual', 'feedforward'] as const;
type Part = (typeof parts)[number];

/** CPU seconds of a normal that is made, and of a multiplication in a product and in a rotation. */
const NORMAL_SECONDS = 6e-8;
const PRODUCT_SECONDS = 1e-9;
const SINGULAR_SECONDS = 2e-8;
const REPORT_ROW_SECONDS = 3e-6;
const REPORT_ROW_BYTES = 120;
const FIGURE_SECONDS = 1.5;
const PARQUET_ROW_BYTES = 70;

export function planJacobian(settings: JacobianSettings, shardSize?: number): ShardPlan {
  const cut = parts.flatMap((part) => {
    const cost = drawCost(settings, part);
    if (cost.rows === 0) return [];
    const work = { draws: settings.draws, seconds: cost.seconds, rowsPerDraw: cost.rows };
    const shards = drawRanges(work, shardSize).map(({ first, count }) => {
      const task: JacobianTask = { part, first, count };
      return {
        id: `${part}-${String(first).padStart(10, '0')}`,
        task,
        rows: count * cost.rows,
        cost: count * cost.seconds,
      };
    });
    const whole = {
      part,
      shards: shards.length,
      rows: settings.draws * cost.rows,
      work: settings.draws * cost.normals,
      seconds: settings.draws * cost.seconds,
    };
    return [{ shards, part: whole, rows: shards[0].rows }];
  });
  const rows = cut.reduce((sum, { part }) => sum + part.rows, 0);
  refuseTooManyRows(rows);
  const { width, depth } = settings;
  const matrices = snapshotLayers(settings).length * matrixProcesses(settings).length + 12;
  return {
    shards: cut.flatMap(({ shards }) => shards),
    parts: cut.map(({ part }) => part),
    workUnit: 'normals',
    workerBytes:
      8 * width * (matrices * width + depth) + Math.max(...cut.map(({ rows }) => rows)) * 200,
    diskBytes: tableBytes(jacobianTable, { rows, parquetRowBytes: PARQUET_ROW_BYTES }),
    report: {
      seconds: FIGURE_SECONDS + rows * REPORT_ROW_SECONDS,
      bytes: rows * REPORT_ROW_BYTES,
    },
  };
}

/** What one draw of a part takes: normals are made anew for each time that they are needed. */
function drawCost(settings: JacobianSettings, part: Part) {
  const { width, depth } = settings;
  const layers = snapshotLayers(settings).length;
  const perPass = depth * width * (width + 1);
  if (part === 'feedforward') {
    const networks = settings.processes.includes(part) ? settings.feedforwardScales.length : 0;
    const normals = 2 * networks * perPass;
    return { rows: networks * layers, normals, seconds: normals * NORMAL_SECONDS };
  }
  const matrices = matrixProcesses(settings);
  const passes = matrices.includes('network') ? 3 : 1;
  const normals = matrices.length === 0 ? 0 : passes * perPass;
  const products = matrices.length * depth * width ** 3;
  const rotations = matrices.length * layers * width ** 3;
  return {
    rows: matrices.length * layers,
    normals,
    seconds: normals * NORMAL_SECONDS + products * PRODUCT_SECONDS + rotations * SINGULAR_SECONDS,
  };
}

/** The processes that have a matrix. */
function matrixProcesses({ processes }: JacobianSettings): JacobianProcess[] {
  return processes.filter((process) => process !== 'feedforward');
}

export function computeJacobian(
  settings: JacobianSettings,
  { part, first, count }: JacobianTask,
  context: ShardContext,
): ShardContent {
  const rowsOf = part === 'residual' ? residualRows(settings) : feedforwardRows(settings);
  const rows: Row[] = [];
  for (let i = 0; i < count; i++) {
    context.signal.throwIfAborted();
    rows.push(...rowsOf(first + i));
    context.progress((i + 1) / count);
  }
  return { batches: [jacobianRows(rows)] };
}

/** A row; numbers that its process does not have are null in the table. */
type Row = {
  readonly process: Process;
  readonly draw: number;
  readonly layer: number;
  readonly scale?: number;
} & Partial<Readonly<Record<Measure, number>>>;

function residualRows(settings: JacobianSettings): (draw: number) => Row[] {
  const { width, sigmaW, sigmaB, input, seed } = settings;
  const { activation, depth, T } = networkOf(settings);
  const processes = matrixProcesses(settings);
  const layers = snapshotLayers(settings);
  const sampler = jacobianSampler({
    activation,
    law: iidLaw(width, { sigmaW, sigmaB }),
    depth,
    T,
    initial: copiedInput(input, width),
    key: seedKey(seed),
    stream: streams.jacobian,
    processes,
    layers,
  });
  return (draw) => {
    const snapshots = sampler.draw(draw);
    const gradients = processes.includes('network') ? sampler.gradientNorms(draw) : undefined;
    return processes.flatMap((process) =>
      snapshots.map(({ layer, ...matrices }): Row => {
        const matrix = matrices[process]!;
        const statistics: MatrixStatistics = matrixStatistics(matrix, width);
        return {
          process,
          draw,
          layer,
          ...statistics,
          ...(process === 'inverse' && matrices.euler
            ? { identityError: identityError(matrices.euler, matrix, width) }
            : {}),
          ...(process === 'network' ? { gradientNorm: gradients![layer] } : {}),
        };
      }),
    );
  };
}

function feedforwardRows(settings: JacobianSettings): (draw: number) => Row[] {
  const layers = snapshotLayers(settings);
  const samplers = settings.feedforwardScales.map((scale) => ({
    scale,
    sampler: feedforwardGradientSampler({
      network: feedforwardOf(settings, scale),
      initial: copiedInput(settings.input, settings.width),
      key: seedKey(settings.seed),
      stream: streams.feedforwardDirect,
    }),
  }));
  return (draw) =>
    samplers.flatMap(({ scale, sampler }) => {
      const norms = sampler.gradientNorms(draw);
      return layers.map((layer) => ({
        process: 'feedforward' as const,
        draw,
        layer,
        scale,
        gradientNorm: norms[layer],
      }));
    });
}

function jacobianRows(rows: readonly Row[]): Batch<JacobianTable> {
  const column = (of: (row: Row) => number | undefined) =>
    nullableColumn(
      'float64',
      rows.map((row) => of(row) ?? null),
    );
  const measured = Object.fromEntries(
    measures.map((name) => [name, column((row) => row[name])]),
  ) as Record<Measure, ReturnType<typeof column>>;
  return {
    rows: rows.length,
    columns: {
      process: Uint8Array.from(rows, ({ process }) => processes.indexOf(process)),
      scale: column(({ scale }) => scale),
      draw: Int32Array.from(rows, ({ draw }) => draw),
      layer: Int32Array.from(rows, ({ layer }) => layer),
      ...measured,
    },
  };
}
