import { normalQuantile, quantile } from '@resdiff/analysis';
import { curvesFigure, type CurvesPanel, type PanelCurve } from '@resdiff/figures';
import { probabilities } from './estimates.ts';
import { curveInputs, tableInputs, type FunctionNetwork } from './networks.ts';
import type { FunctionSamples } from './samples.ts';
import { EDGE_OF_CHAOS, type FunctionsSettings } from './settings.ts';
import type { Prediction } from './theory.ts';

/** Of sigma_w and sigma_b below the title: those at the edge of chaos have all. */
const SCALE_DIGITS = 5;

const LABELS = {
  limit: 'infinite limit: mean, 5 % and 95 %',
  meanField: 'Gaussian of the mean field at this depth',
} as const;

/**
 * Draws of each network's function over the band between its 5 % and 95 % quantiles with the median,
 * beside the quantiles of the limit ([PF22], figures 1 and 4).
 *
 * @param predictions of each sample's network.
 */
export function functionsFigure(
  settings: FunctionsSettings,
  samples: readonly FunctionSamples[],
  predictions: readonly (readonly Prediction[])[],
) {
  const { kind, curves, depths, widths } = settings;
  const panels = samples.map((sample, i) => panelOf(settings, sample, predictions[i]));
  const kinds = new Set(predictions.flat().map(({ kind }) => kind));
  const whole = Math.min(curves, settings.draws);
  return curvesFigure({
    title: `First coordinate of ${kind} networks as a function of the input`,
    subtitle: subtitle(settings, samples),
    series: [
      { name: 'quantiles', label: 'median, 5 % to 95 %' },
      ...(whole > 0
        ? [{ name: 'draws', label: `${whole} ${whole === 1 ? 'draw' : 'draws'}` }]
        : []),
      ...(['limit', 'meanField'] as const)
        .filter((theory) => kinds.has(theory))
        .map((theory) => ({ name: theory, label: LABELS[theory], reference: true })),
    ],
    x: { title: 'input z', shared: true },
    y: { title: kind === 'residual' ? 'x₁(T)' : 'first preactivation' },
    panels: withDomains(settings, panels),
    columns: widths.length > 1 ? widths.length : depths.length > 1 ? depths.length : undefined,
  });
}

function panelOf(
  settings: FunctionsSettings,
  { network, values, curves }: FunctionSamples,
  predictions: readonly Prediction[],
): CurvesPanel {
  const x = [...tableInputs(settings)];
  const sorted = values.map((column) => column.slice().sort());
  const [low, median, high] = probabilities.map((p) =>
    sorted.map((column) => (column.length > 0 ? quantile(column, p).value : NaN)),
  );
  return {
    title: `${network.activation.name}, L = ${network.depth}, D = ${network.width}`,
    bands: [{ name: 'quantiles', x, low, high }],
    bundles:
      curves.length > 0
        ? [{ name: 'draws', x: [...curveInputs(settings)], ys: curves.map((ys) => [...ys]) }]
        : [],
    curves: [
      { name: 'quantiles', x, y: median },
      ...predictions.flatMap((prediction) => gaussianCurves(prediction, x)),
    ],
  };
}

/** The three quantiles of the Gaussian with the predicted moments. */
function gaussianCurves({ kind, mean, variance }: Prediction, x: number[]): PanelCurve[] {
  return probabilities.map((p) => ({
    name: kind,
    x,
    y: Array.from(mean, (m, i) => m + Math.sqrt(Math.max(0, variance[i])) * normalQuantile(p)),
  }));
}

/** Networks of one activation have one scale, so that panels can be compared. */
function withDomains(settings: FunctionsSettings, panels: CurvesPanel[]): CurvesPanel[] {
  const each = panels.length / settings.activations.length;
  return panels.map((panel, i) => {
    const first = i - (i % each);
    const values = panels.slice(first, first + each).flatMap(finiteValues);
    const min = values.reduce((least, value) => Math.min(least, value), Infinity);
    const max = values.reduce((most, value) => Math.max(most, value), -Infinity);
    const room = 0.05 * (max - min);
    return min < max ? { ...panel, y: { domain: [min - room, max + room] } } : panel;
  });
}

function finiteValues({ bands = [], curves = [], bundles = [] }: CurvesPanel): number[] {
  const drawn = [
    ...bands.flatMap(({ low, high }) => [low, high]),
    ...curves.map(({ y }) => y),
    ...bundles.flatMap(({ ys }) => ys),
  ];
  return drawn.flatMap((y) => Array.from(y).filter(Number.isFinite));
}

function subtitle(
  { kind, T, sigmaW, draws }: FunctionsSettings,
  samples: readonly FunctionSamples[],
): string {
  const edge = sigmaW.every((value) => value === EDGE_OF_CHAOS) ? ' at the edge of chaos' : '';
  return [
    ...(kind === 'residual' ? [`T = ${T}`] : []),
    scales('σw', samples, (network) => network.sigmaW) + edge,
    scales('σb', samples, (network) => network.sigmaB),
    `${draws.toLocaleString('en')} draws`,
  ].join(', ');
}

/** One number, or that of each activation if they differ. */
function scales(
  symbol: string,
  samples: readonly FunctionSamples[],
  of: (network: FunctionNetwork) => number,
): string {
  const each = new Map(
    samples.map(({ network }) => [
      network.activation.name,
      Number(of(network).toPrecision(SCALE_DIGITS)),
    ]),
  );
  const different = new Set(each.values());
  const text =
    different.size === 1
      ? [...different].join()
      : Array.from(each, ([activation, value]) => `${value} (${activation})`).join(', ');
  return `${symbol} = ${text}`;
}
