import { curvesFigure, type CurvesPanel, type PanelCurve } from '@resdiff/figures';
import { onLogAxis } from '../render-figure.ts';
import { spread } from '../spread.ts';
import { predictionsOf } from './estimates.ts';
import type { Observations } from './observations.ts';
import type { JacobianSettings } from './settings.ts';
import type { Measure } from './table.ts';
import type { Predicted } from './theory.ts';

const LABELS = {
  network: 'residual network',
  euler: 'Euler scheme of the limit',
  inverse: 'Euler scheme of the inverse',
} as const;

const THEORIES = {
  limit: 'law of infinite depth',
  'finite depth': 'mean field or exact mean at this depth',
} as const;

/** The share of the gradients on either side that their band leaves out. */
const OUTSIDE = 0.05;

type Panel = CurvesPanel & { readonly curves: PanelCurve[] };

/** The Jacobian and gradients along the depth, beside what theory says of them. */
export function jacobianFigure(settings: JacobianSettings, observations: readonly Observations[]) {
  const panels = [
    ...matrixPanels(settings, observations),
    ...gradientPanels(settings, observations),
  ].filter(({ curves }) => curves.some(({ y }) => Array.from(y).some(Number.isFinite)));
  const drawn = new Set(panels.flatMap(({ curves }) => curves.map(({ name }) => name)));
  const series = [
    ...observations.map((each) => ({ name: seriesOf(each), label: labelOf(each) })),
    ...Object.entries(THEORIES).map(([name, label]) => ({ name, label, reference: true })),
  ];
  return curvesFigure({
    title: 'The Jacobian along the depth',
    subtitle: subtitle(settings),
    series: series.filter(({ name }) => drawn.has(name)),
    x: { title: 'layer' },
    y: { title: '' },
    columns: Math.max(1, Math.min(3, panels.length)),
    panels,
  });
}

function subtitle({ activation, width, depth, T, sigmaW, sigmaB, draws }: JacobianSettings) {
  const sigmas = sigmaW === sigmaB ? `σw = σb = ${sigmaW}` : `σw = ${sigmaW}, σb = ${sigmaB}`;
  return `${activation}, D = ${width}, L = ${depth}, T = ${T}, ${sigmas}, ${draws.toLocaleString('en')} draws: mean and one standard deviation`;
}

function seriesOf({ process, scale }: Observations): string {
  return scale === undefined ? process : `${process} ${scale}`;
}

function labelOf({ process, scale }: Observations): string {
  if (process !== 'feedforward') return LABELS[process];
  return scale === 1 ? 'feedforward, edge of chaos' : `feedforward, ${scale} σw of the edge`;
}

function matrixPanels(settings: JacobianSettings, observations: readonly Observations[]): Panel[] {
  const of = (process: string) => observations.filter((each) => each.process === process);
  const panel = (
    title: string,
    parts: readonly (readonly [process: string, measure: Measure])[],
    law: (of: Observations, measure: Measure) => Panel['curves'] = () => [],
  ): Panel => {
    const shown = parts.flatMap(([process, measure]) =>
      of(process).map((each) => ({ each, measure })),
    );
    const [first] = shown;
    return {
      title,
      bands: shown.map(({ each, measure }) => deviationBand(each, measure)),
      curves: [
        ...shown.map(({ each, measure }) => meanCurve(each, measure)),
        ...(first ? law(first.each, first.measure) : []),
      ],
    };
  };
  const mean = (each: Observations, measure: Measure) =>
    lawCurves(settings, each, measure as Predicted);
  return [
    panel(
      'squared norm of g: |g|²/D',
      [
        ['network', 'squaredNorm'],
        ['euler', 'squaredNorm'],
      ],
      mean,
    ),
    panel(
      'squared norm of the inverse: |g⁻¹|²/D',
      [
        ['network', 'inverseSquaredNorm'],
        ['inverse', 'squaredNorm'],
      ],
      mean,
    ),
    panel('log |det g|', [['network', 'logDeterminant']], (each) =>
      logDeterminantLaw(settings, each),
    ),
    panel('largest and smallest singular value of g', [
      ['network', 'largestSingularValue'],
      ['network', 'smallestSingularValue'],
    ]),
    panel('error of the inverse: |g g⁻¹ − I|/√D', [['inverse', 'identityError']]),
  ];
}

function gradientPanels(
  settings: JacobianSettings,
  observations: readonly Observations[],
): Panel[] {
  const shown = observations.filter(({ process }) => ['network', 'feedforward'].includes(process));
  return [
    {
      title: 'gradients |∂y/∂x|: root mean square, 5 % to 95 %',
      y: { scale: 'log' },
      bands: shown.map((each) => ({
        name: seriesOf(each),
        x: layersOf(each),
        low: each.layers.map(({ gradientNorm }) => onLogAxis(quantile(gradientNorm, OUTSIDE))),
        high: each.layers.map(({ gradientNorm }) => onLogAxis(quantile(gradientNorm, 1 - OUTSIDE))),
      })),
      curves: [
        ...shown.map((each) => ({
          name: seriesOf(each),
          x: layersOf(each),
          y: each.layers.map(({ gradientNorm }) =>
            onLogAxis(Math.sqrt(spread(Array.from(gradientNorm, (norm) => norm ** 2)).mean)),
          ),
        })),
        ...shown.flatMap((each) =>
          lawCurves(settings, each, 'gradientSquare').map((curve) => ({
            ...curve,
            y: Array.from(curve.y, (square) => onLogAxis(Math.sqrt(square))),
          })),
        ),
      ],
    },
  ];
}

function layersOf({ layers }: Observations): number[] {
  return layers.map(({ layer }) => layer);
}

function meanCurve(each: Observations, measure: Measure) {
  const y = each.layers.map((layer) => drawable(spread([...layer[measure]]).mean));
  return { name: seriesOf(each), x: layersOf(each), y };
}

function deviationBand(each: Observations, measure: Measure) {
  const spreads = each.layers.map((layer) => spread([...layer[measure]]));
  return {
    name: seriesOf(each),
    x: layersOf(each),
    low: spreads.map(({ mean, sd }) => drawable(mean - sd!)),
    high: spreads.map(({ mean, sd }) => drawable(mean + sd!)),
  };
}

/** What each theory says of a quantity after the layers that are looked at. */
function lawCurves(settings: JacobianSettings, each: Observations, quantity: Predicted) {
  return predictionsOf(settings, each)
    .map(({ theory, at }) => ({
      name: theory,
      x: layersOf(each),
      y: layersOf(each).map((layer) => drawable(at(quantity, layer) ?? NaN)),
    }))
    .filter(({ y }) => y.some(Number.isFinite));
}

/** The mean of the logarithm in the limit, and one standard deviation on either side. */
function logDeterminantLaw(settings: JacobianSettings, each: Observations): Panel['curves'] {
  return predictionsOf(settings, each)
    .filter(({ theory }) => theory === 'limit')
    .flatMap(({ theory, at }) =>
      [-1, 0, 1].map((side) => ({
        name: theory,
        x: layersOf(each),
        y: layersOf(each).map(
          (layer) =>
            at('logDeterminant', layer)! + side * Math.sqrt(at('logDeterminantVariance', layer)!),
        ),
      })),
    );
}

function drawable(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}

/** The smallest value that at least this share of the values does not exceed. */
function quantile(values: Float64Array, share: number): number {
  return values.slice().sort()[Math.max(0, Math.ceil(share * values.length) - 1)];
}
