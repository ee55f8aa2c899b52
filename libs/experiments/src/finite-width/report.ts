import type { Run } from '@resdiff/runtime';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { judge, type Estimate } from '../summary.ts';
import { estimateFiniteWidth, LEAST_DRAWS } from './estimates.ts';
import { finiteWidthFigure } from './figure.ts';
import { readSamples, type NetworkSamples } from './samples.ts';
import type { FiniteWidthSettings } from './settings.ts';

export async function reportFiniteWidth(
  settings: FiniteWidthSettings,
  run: Pick<Run, 'batches' | 'notes'>,
): Promise<Report> {
  const samples = await readSamples(settings, run);
  const { all, exact, leftOut } = estimateFiniteWidth(settings, samples);
  const figure = finiteWidthFigure(settings, samples);
  return {
    summary: {
      estimates: all,
      verdict: judge(
        exact,
        (agreement, worst) =>
          [
            agreementSentence(agreement, worst),
            ...leftOutSentence(settings, leftOut),
            ...signSentence(settings, all),
          ].join(' '),
        settings.draws - 1,
      ),
    },
    shown: exact,
    judged: exact,
    warnings: [
      ...samples.flatMap((sample) => lossWarning(settings, sample)),
      ...(figure ? [] : ['No figure: no network has two different draws that stayed finite.']),
    ],
    artifacts: () => renderFigure(figure),
  };
}

function agreementSentence(agreement: boolean | null, worst: Estimate | undefined): string {
  if (!worst) return 'No estimate could be held against theory.';
  const { quantity, at, z } = worst;
  const largest = `the largest deviation is ${Math.abs(z!).toFixed(2)} standard errors (${quantity} of ${String(at.process)} at width ${String(at.width)})`;
  return agreement
    ? `The networks agree with what is exact at their own depth: ${largest}.`
    : `The networks deviate from what is exact at their own depth: ${largest}.`;
}

function leftOutSentence({ draws }: FiniteWidthSettings, leftOut: readonly Estimate[]): string[] {
  const names = [...new Set(leftOut.map(({ quantity }) => quantity))];
  return names.length === 0
    ? []
    : [`Not judged everywhere, for ${draws} draws are too few: ${names.join(', ')}.`];
}

/** How many standard errors a drift is from 0 for its sign to be said. */
const SURE = 3;

/** At which widths the log-norm falls and at which it rises, at the end. */
function signSentence({ T, draws }: FiniteWidthSettings, estimates: readonly Estimate[]): string[] {
  if (draws < LEAST_DRAWS) return [];
  const drifts = estimates.filter(
    ({ quantity, at, se }) => quantity === 'logNormDrift' && at.time === T && se !== null,
  );
  const widths = (chosen: (deviation: number) => boolean) =>
    drifts.filter(({ value, se }) => chosen(value! / se!)).map(({ at }) => at.width);
  const said = [
    ['falls', widths((deviation) => deviation < -SURE)],
    ['rises', widths((deviation) => deviation > SURE)],
    ['does neither surely', widths((deviation) => !(Math.abs(deviation) > SURE))],
  ] as const;
  const parts = said
    .filter(([, which]) => which.length > 0)
    .map(([verb, which]) => `${verb} at width ${which.join(', ')}`);
  return parts.length === 0
    ? []
    : [`At time ${T}, by ${SURE} standard errors, log|psi| of ReLU networks ${parts.join('; ')}.`];
}

function lossWarning(
  { draws }: FiniteWidthSettings,
  { process, width, lost }: NetworkSamples,
): string[] {
  return lost === 0
    ? []
    : [
        `${process}, width ${width}: ${lost.toLocaleString('en')} of ${draws.toLocaleString('en')} draws left the finite numbers; they are left out, and the verdict says nothing of the rest.`,
      ];
}
