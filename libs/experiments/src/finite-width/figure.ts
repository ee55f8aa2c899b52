import { kde1, moments, scottBandwidth } from '@resdiff/analysis';
import { curvesFigure, type CurvesPanel, type CurveSeries } from '@resdiff/figures';
import { reluInfiniteWidthGrowth, reluInitialLogNormGrowth, type NormalLaw } from '@resdiff/limits';
import { normalDensity } from '@resdiff/networks';
import { ornsteinUhlenbeckLaw, reluLaw } from './estimates.ts';
import { logGrowth, logNormDrift, type NetworkSamples } from './samples.ts';
import { keptLayers, type FiniteWidthSettings } from './settings.ts';

/** Widths whose paths are drawn: the figure tells eight series apart, and one is of all widths. */
const MOST_PATHS = 7;
/** Points of a density, and how far it reaches, in standard deviations of the law. */
const DENSITY_POINTS = 161;
const DENSITY_REACH = 4;

/** Growth of log-norms over time and by width, and the two laws of width 1; nothing of no draws. */
export function finiteWidthFigure(
  settings: FiniteWidthSettings,
  samples: readonly NetworkSamples[],
) {
  const enough = samples.filter(({ count }) => count > 1);
  const relu = enough.filter(({ process }) => process === 'relu');
  const paths = evenChoice(relu, MOST_PATHS);
  const narrow = relu.find(
    ({ width, logFeatureNorm }) => width === 1 && haveDensity(logFeatureNorm.at(-1)!),
  );
  const ornsteinUhlenbeck = enough.find(
    ({ process, y }) => process === 'ornstein-uhlenbeck' && haveDensity(y.at(-1)!),
  );
  const { T, depth, draws, reversion } = settings;
  const panels = [
    ...(relu.length > 0
      ? [
          pathPanel(settings, paths, {
            title: 'log-norms over time',
            quantity: 'mean of log |ψ(X_t)| / |ψ(X_0)|',
            statistic: logGrowth,
          }),
          pathPanel(settings, paths, {
            title: 'drift of log-norms over time',
            quantity: 'mean of (active / 2 − 1) / n',
            statistic: logNormDrift,
          }),
          growthPanel(settings, relu),
          ratioPanel(settings, relu),
        ]
      : []),
    ...(narrow
      ? [
          densityPanel(
            'width 1, ReLU: geometric Brownian motion',
            'log X_T',
            narrow.logFeatureNorm.at(-1)!,
            reluLaw(settings),
          ),
        ]
      : []),
    ...(ornsteinUhlenbeck
      ? [
          densityPanel(
            'width 1: Ornstein-Uhlenbeck process',
            `Y_T, h′(y) = exp(${reversion} y²)`,
            ornsteinUhlenbeck.y.at(-1)!,
            ornsteinUhlenbeckLaw(settings),
          ),
        ]
      : []),
  ];
  if (panels.length === 0) return undefined;
  return curvesFigure({
    title: 'Infinite depth at finite width',
    subtitle: `Y + √(T/L) W ψ(Y), L = ${depth.toLocaleString('en')}, T = ${T}, ${draws.toLocaleString('en')} draws of each network, means with standard errors`,
    series: [
      ...paths.map(({ width }): CurveSeries => ({ name: nameOf(width), label: `n = ${width}` })),
      { name: 'simulated', label: 'simulated' },
      ...(relu.length > 0 ? [{ name: 'initial', label: 'T G₀(n)', reference: true }] : []),
      ...(narrow || ornsteinUhlenbeck
        ? [{ name: 'law', label: 'law at infinite depth', reference: true }]
        : []),
    ],
    x: { title: '' },
    y: { title: '' },
    panels,
    columns: panels.length === 4 ? 2 : 3,
  });
}

const nameOf = (width: number) => `width-${width}`;

interface Path {
  readonly title: string;
  /** What the statistic's mean is, on the axis. */
  readonly quantity: string;
  readonly statistic: (sample: NetworkSamples, at: number) => Float64Array;
}

function pathPanel(
  settings: FiniteWidthSettings,
  samples: readonly NetworkSamples[],
  { title, quantity, statistic }: Path,
): CurvesPanel {
  const { T, depth } = settings;
  const layers = keptLayers(settings);
  return {
    title,
    x: { title: 'time t' },
    y: { title: quantity },
    rules: [{ axis: 'y', at: 0 }],
    curves: samples.map((sample) => {
      const means = layers.map((_, at) => moments(statistic(sample, at)));
      return {
        name: nameOf(sample.width),
        x: layers.map((layer) => (layer * T) / depth),
        y: means.map(({ mean }) => mean),
        halfWidths: means.map(({ meanSe }) => meanSe ?? NaN),
      };
    }),
  };
}

function growthPanel({ T }: FiniteWidthSettings, samples: readonly NetworkSamples[]): CurvesPanel {
  const widths = samples.map(({ width }) => width);
  return {
    title: 'log-norms by width',
    x: { title: 'width n', scale: 'log' },
    y: { title: 'mean of log |ψ(X_T)| / |ψ(X_0)|' },
    rules: [{ axis: 'y', at: 0 }],
    curves: [
      byWidth(samples, (values) => values),
      {
        name: 'initial',
        x: widths,
        y: widths.map((width) => T * reluInitialLogNormGrowth(width)),
      },
    ],
  };
}

function ratioPanel({ T }: FiniteWidthSettings, samples: readonly NetworkSamples[]): CurvesPanel {
  return {
    title: 'norms by width',
    x: { title: 'width n', scale: 'log' },
    y: { title: 'mean of |ψ(X_T)| / |ψ(X_0)|' },
    rules: [{ axis: 'y', at: reluInfiniteWidthGrowth(T), label: 'exp(T/4)' }],
    curves: [byWidth(samples, (values) => values.map(Math.exp))],
  };
}

function byWidth(
  samples: readonly NetworkSamples[],
  of: (logGrowths: Float64Array) => Float64Array,
) {
  const means = samples.map((sample) => moments(of(logGrowth(sample, sample.mean.length - 1))));
  return {
    name: 'simulated',
    marks: 'points' as const,
    x: samples.map(({ width }) => width),
    y: means.map(({ mean }) => mean),
    halfWidths: means.map(({ meanSe }) => meanSe ?? NaN),
  };
}

/** Not those of so short a time that 32 bits do not tell them apart. */
function haveDensity(values: Float32Array): boolean {
  return values.some((value) => value !== values[0]);
}

function densityPanel(
  title: string,
  quantity: string,
  values: Float32Array,
  { mean, variance }: NormalLaw,
): CurvesPanel {
  const deviation = Math.sqrt(variance);
  const grid = {
    min: mean - DENSITY_REACH * deviation,
    max: mean + DENSITY_REACH * deviation,
    points: DENSITY_POINTS,
  };
  // By the deviation of the law: that of a few draws may be beyond the grid.
  const bandwidth = scottBandwidth(deviation, values.length, 1);
  const { x, density } = kde1(values, { grid, bandwidth });
  return {
    title,
    x: { title: quantity },
    y: { title: 'density' },
    curves: [
      { name: 'simulated', marks: 'fine line', x, y: density },
      {
        name: 'law',
        x,
        y: x.map((value) => normalDensity((value - mean) / deviation) / deviation),
      },
    ],
  };
}

/** At most `most` of a list, its first and its last among them, as even as can be. */
function evenChoice<Item>(list: readonly Item[], most: number): Item[] {
  if (list.length <= most) return [...list];
  return Array.from(
    { length: most },
    (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))],
  );
}
