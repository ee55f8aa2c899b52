import { curvesFigure, type PanelCurve } from '@resdiff/figures';
import { onLogAxis } from '../render-figure.ts';
import { spread } from '../spread.ts';
import type { CaseTimes } from './report.ts';
import { limitExplosion, type Case, type ExplosionSettings } from './settings.ts';
import { limitSquares } from './theory.ts';

const LABELS = { resnet: 'network', sde: 'Euler scheme' } as const;

/** Points of the limit's curve, and how near its end it goes. */
const POINTS = 200;
const NEAREST = 1e-4;

/**
 * For each input: the time of divergence by size, and |x|^2/D over time at the largest size, as the mean
 * times at which it passes each threshold. Times are in units of the explosion of the limit.
 */
export function explosionFigure(settings: ExplosionSettings, cases: readonly CaseTimes[]) {
  const { activations, inputs, processes, size: sizes, thresholds, horizon, draws } = settings;
  const kinds = processes.flatMap((process) =>
    activations.map((activation) => ({ process, activation })),
  );
  const sized = sizes.length > 1;
  const highest = thresholds.at(-1)!;
  const times = (own: CaseTimes) => own.times.map((each) => relative(settings, own, each));
  return curvesFigure({
    title: 'Divergence before and after the explosion of the limit',
    subtitle: `${draws.toLocaleString('en')} draws, mean and standard error; time in units of the explosion time of the limit, up to ${horizon}`,
    series: [
      ...kinds.map((kind) => ({
        name: seriesOf(kind),
        label: `${LABELS[kind.process]}, ${kind.activation}`,
      })),
      ...activations.map((activation) => ({
        name: `limit ${activation}`,
        label: `limit, ${activation}`,
        reference: true,
      })),
    ],
    x: { title: 'D = L', scale: 'log' },
    y: { title: '' },
    columns: inputs.length,
    panels: [
      ...inputs.map((z) => ({
        title: `z = ${z}: |x|²/D passes ${highest.toLocaleString('en')}`,
        y: { title: 'time / explosion time' },
        x: { title: 'D = L', scale: sized ? ('log' as const) : ('linear' as const), ticks: sizes },
        rules: [{ axis: 'y' as const, at: 1, label: 'explosion of the limit', listed: true }],
        curves: kinds.map((kind): PanelCurve => {
          const own = cases.filter((each) => matches(each, kind) && each.z === z);
          const last = own.map((each) => times(each).at(-1)!);
          return {
            name: seriesOf(kind),
            x: own.map(({ size }) => size),
            y: last.map(({ mean }) => mean),
            halfWidths: last.map(({ se }) => se ?? NaN),
            marks: 'line and points',
          };
        }),
      })),
      ...inputs.map((z) => ({
        title: `z = ${z}: |x|²/D over time, D = L = ${sizes.at(-1)}`,
        x: { title: 'time / explosion time', scale: 'linear' as const },
        y: { title: '|x|²/D', scale: 'log' as const },
        rules: [{ axis: 'x' as const, at: 1, label: 'explosion of the limit', listed: true }],
        curves: [
          ...kinds.flatMap((kind) =>
            cases
              .filter((each) => matches(each, kind) && each.z === z && each.size === sizes.at(-1))
              .map((each) => passingCurve(seriesOf(kind), times(each), thresholds)),
          ),
          ...activations.map((activation) => limitCurve(settings, activation, z)),
        ],
      })),
    ],
  });
}

type Kind = Pick<Case, 'process' | 'activation'>;

function seriesOf({ process, activation }: Kind): string {
  return `${process} ${activation}`;
}

function matches(each: Case, { process, activation }: Kind): boolean {
  return each.process === process && each.activation === activation;
}

/** The mean of times in units of the explosion time; NaN where a draw did not pass. */
function relative(settings: ExplosionSettings, { activation, z }: Case, times: Float64Array) {
  const explosion = limitExplosion(settings, activation, z);
  return spread(Array.from(times, (time) => time / explosion));
}

/** Thresholds over the mean times at which they are passed, without those that start out passed. */
function passingCurve(
  name: string,
  times: readonly { readonly mean: number }[],
  thresholds: readonly number[],
): PanelCurve {
  const points = times
    .map(({ mean }, i) => ({ mean, threshold: thresholds[i] }))
    .filter(({ mean }, i) => mean > (times[i - 1]?.mean ?? 0));
  return {
    name,
    x: points.map(({ mean }) => mean),
    y: points.map(({ threshold }) => threshold),
    marks: 'line and points',
  };
}

/** The limit, up to the largest threshold. */
function limitCurve(settings: ExplosionSettings, activation: string, z: number): PanelCurve {
  const highest = settings.thresholds.at(-1)!;
  const parts = Array.from({ length: POINTS }, (_, i) => 1 - NEAREST ** (i / (POINTS - 1)));
  const squares = limitSquares(settings, { activation, z }, parts);
  const kept = parts.flatMap((part, i) =>
    squares[i] <= highest ? [{ part, square: onLogAxis(squares[i]) }] : [],
  );
  return {
    name: `limit ${activation}`,
    x: kept.map(({ part }) => part),
    y: kept.map(({ square }) => square),
  };
}
