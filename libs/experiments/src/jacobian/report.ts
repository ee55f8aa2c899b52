import type { Run } from '@resdiff/runtime';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { judge, type Estimate } from '../summary.ts';
import { estimateJacobian } from './estimates.ts';
import { jacobianFigure } from './figure.ts';
import { readObservations, type Observations } from './observations.ts';
import type { JacobianSettings } from './settings.ts';

export async function reportJacobian(
  settings: JacobianSettings,
  run: Pick<Run, 'batches' | 'notes'>,
): Promise<Report> {
  const observations = await readObservations(settings, run);
  const { all, exact, leftOut, last } = estimateJacobian(settings, observations);
  const verdict = judge(
    exact,
    (agreement, worst) =>
      [sentence(agreement, worst), ...leftOutSentence(settings, leftOut)].join(' '),
    settings.draws - 1,
  );
  return {
    summary: { estimates: all, verdict },
    shown: last,
    selection:
      'These are the numbers after the last layer, of gradients after the first; all layers are in summary.json.',
    judged: exact,
    warnings: observations.flatMap((each) => overflowWarning(settings, each)),
    artifacts: () => renderFigure(jacobianFigure(settings, observations)),
  };
}

function sentence(agreement: boolean | null, worst: Estimate | undefined): string {
  if (!worst) return 'No estimate could be held against what is exact at its width and depth.';
  const { quantity, at, z, source } = worst;
  const where = `${quantity} of ${String(at.process)} after layer ${String(at.layer)}`;
  const largest = `the largest deviation is ${Math.abs(z!).toFixed(2)} standard errors (${where})`;
  return agreement
    ? `The matrices agree with what is exact at their width and depth: ${largest}.`
    : `The matrices deviate from theory: ${largest}, against ${source}.`;
}

function leftOutSentence({ draws }: JacobianSettings, { length }: readonly Estimate[]): string[] {
  return length === 0
    ? []
    : [
        `Not judged: ${length} ${length === 1 ? 'mean' : 'means'} of numbers with tails too heavy for ${draws} draws.`,
      ];
}

/** Of processes that have numbers which are not finite: they are left out of estimates. */
function overflowWarning(
  { draws }: JacobianSettings,
  { process, scale, layers }: Observations,
): string[] {
  const measure = process === 'feedforward' ? 'gradientNorm' : 'squaredNorm';
  const finite = layers.map((layer) => layer[measure].filter(Number.isFinite).length);
  const lost = draws - Math.min(...finite);
  if (lost === 0) return [];
  const name = scale === undefined ? process : `${process} at scale ${scale}`;
  return [
    `${name}: ${lost} of ${draws} draws left the finite numbers; there are no estimates after the layers where they did.`,
  ];
}
