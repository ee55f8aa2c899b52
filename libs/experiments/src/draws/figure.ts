import {
  highestDensityLevels,
  histogram,
  kde1,
  kde2,
  moments,
  scottBandwidth,
  uniformEdges,
} from '@resdiff/analysis';
import { anyNumber, densitiesFigure, type DensityPanel, type JointDensity } from '@resdiff/figures';
import type { ProcessSamples } from './samples.ts';
import type { DrawsSettings, Process } from './settings.ts';

const LABELS = {
  resnet: 'residual network',
  sde: 'diffusion (Euler scheme)',
  limit: 'infinite limit',
} as const;

/** Panels of single inputs at most; more inputs are thinned out evenly. */
const MOST_PANELS = 12;
const CURVE_POINTS = 513;
const JOINT_POINTS = 129;
const MOST_BINS = 60;
/** The share of the values that a panel leaves out on either side. */
const OUTSIDE = 0.0005;
/** The probability that lies within each contour. */
const CONTOURS = [0.1, 0.3, 0.5, 0.7, 0.9, 0.97];

/** An input's values under one process, as far as a density can be estimated from them. */
interface Column {
  readonly process: Process;
  readonly values: Float32Array;
  /** Hold all values but `OUTSIDE` on either side. */
  readonly low: number;
  readonly high: number;
  /** Of the values from `low` to `high`. */
  readonly deviation: number;
}

/** The columns of each input. */
type Columns = readonly (readonly Column[])[];

/**
 * The figure of [PF22], Figure 2: the joint density of the first two inputs as contours, then the
 * density of each input over its histogram. Undefined when there is nothing to estimate from.
 */
export function drawsFigure(settings: DrawsSettings, samples: readonly ProcessSamples[]) {
  const columns = settings.inputs.map((_, input) =>
    samples.flatMap(({ process, values }) => column(process, values[input])),
  );
  const shown = thinned(columns.flatMap((found, input) => (found.length > 0 ? [input] : [])));
  if (shown.length === 0) return undefined;
  const drawn = samples.filter(({ process }) =>
    shown.some((input) => columns[input].some((each) => each.process === process)),
  );
  const contours = joint(settings, columns);
  return densitiesFigure({
    title: title(settings),
    subtitle:
      subtitle(settings) + (contours ? `; contours around ${percents(CONTOURS)} of them` : ''),
    series: drawn.map(({ process }) => ({ name: process, label: LABELS[process] })),
    joint: contours,
    panels: shown.map((input) => panel(settings, columns, input)),
  });
}

/** Empty where there are no two different values. */
function column(process: Process, values: Float32Array): Column[] {
  const sorted = values.slice().sort();
  const cut = Math.floor(sorted.length * OUTSIDE);
  const inside = sorted.subarray(cut, sorted.length - cut);
  const [low, high] = [inside[0], inside[inside.length - 1]];
  if (!(low < high)) return [];
  return [{ process, values, low, high, deviation: Math.sqrt(moments(inside).variance!) }];
}

function title({ coordinates }: DrawsSettings): string {
  const which = coordinates === 'all' ? 'A coordinate (all pooled)' : 'First coordinate';
  return `${which} of the final state`;
}

function subtitle({ activation, width, depth, T, sigmaW, sigmaB, draws }: DrawsSettings): string {
  const size = width === depth ? `L = D = ${depth}` : `L = ${depth}, D = ${width}`;
  const sigmas = sigmaW === sigmaB ? `σw = σb = ${sigmaW}` : `σw = ${sigmaW}, σb = ${sigmaB}`;
  return `${activation}, ${size}, T = ${T}, ${sigmas}, ${draws.toLocaleString('en')} draws`;
}

function panel(settings: DrawsSettings, columns: Columns, input: number): DensityPanel {
  const [min, max] = range(columns[input]);
  const edges = uniformEdges(min, max, bins(columns[input]));
  const grid = { min, max, points: CURVE_POINTS };
  return {
    title: `z = ${anyNumber(settings.inputs[input])}`,
    xTitle: coordinateTitle(settings, input),
    series: columns[input].map((each) => {
      const bars = histogram(each.values, edges);
      const curve = kde1(each.values, { grid, bandwidth: bandwidth(each, 1) });
      return {
        name: each.process,
        histogram: { edges: [...bars.edges], density: [...bars.density] },
        curve: { x: [...curve.x], density: [...curve.density] },
      };
    }),
  };
}

function joint(settings: DrawsSettings, columns: Columns): JointDensity | undefined {
  const [first, second = []] = columns;
  const pairs = first.flatMap((x) => {
    const y = second.find(({ process }) => process === x.process);
    return y ? [{ x, y }] : [];
  });
  if (pairs.length === 0) return undefined;
  // The figure shows no more of the grid than contours need, so that there is room for all to close.
  const grid = (input: readonly Column[]) => {
    const [min, max] = range(input);
    const room = 2.5 * Math.max(...input.map((each) => bandwidth(each, 2)));
    return { min: min - room, max: max + room, points: JOINT_POINTS };
  };
  const grids = { xGrid: grid(pairs.map(({ x }) => x)), yGrid: grid(pairs.map(({ y }) => y)) };
  const densities = pairs.map(({ x, y }) => ({
    process: x.process,
    ...kde2(x.values, y.values, { ...grids, bandwidths: [bandwidth(x, 2), bandwidth(y, 2)] }),
  }));
  return {
    title: 'joint density',
    xTitle: coordinateTitle(settings, 0),
    yTitle: coordinateTitle(settings, 1),
    x: [...densities[0].x],
    y: [...densities[0].y],
    series: densities.map(({ process, density }) => ({
      name: process,
      density: [...density],
      levels: highestDensityLevels(density, CONTOURS),
    })),
  };
}

/** By the values that are shown: of a diverging network, a few far outside would blur all others away. */
function bandwidth({ values, deviation }: Column, dimensions: number): number {
  return scottBandwidth(deviation, values.length, dimensions);
}

function coordinateTitle({ coordinates, inputs }: DrawsSettings, input: number): string {
  return `${coordinates === 'all' ? 'x(T)' : 'x₁(T)'} at z = ${anyNumber(inputs[input])}`;
}

/** Fewer of few draws, by Scott's rule; narrower than his, as the curve shows the shape. */
function bins(columns: readonly Column[]): number {
  const count = Math.min(...columns.map(({ values }) => values.length));
  return Math.min(MOST_BINS, Math.ceil(2.8 * Math.cbrt(count)));
}

/** Such as `10, 30 and 50 %`. */
function percents(shares: readonly number[]): string {
  const numbers = shares.map((share) => anyNumber(100 * share));
  return `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)} %`;
}

/** An interval that holds nearly all values of every column. */
function range(columns: readonly Column[]): [number, number] {
  const min = Math.min(...columns.map(({ low }) => low));
  const max = Math.max(...columns.map(({ high }) => high));
  const margin = 0.05 * (max - min);
  return [min - margin, max + margin];
}

/** At most `MOST_PANELS` of the inputs, evenly spaced, the first and the last among them. */
function thinned(inputs: readonly number[]): number[] {
  const panels = Math.min(inputs.length, MOST_PANELS);
  const step = panels > 1 ? (inputs.length - 1) / (panels - 1) : 0;
  return Array.from({ length: panels }, (_, i) => inputs[Math.round(i * step)]);
}
