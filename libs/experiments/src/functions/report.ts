import type { Run } from '@resdiff/runtime';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { judge, type Estimate } from '../summary.ts';
import { leftOutSentence } from '../verdict-basis.ts';
import { estimateFunctions } from './estimates.ts';
import { functionsFigure } from './figure.ts';
import { readFunctions, type FunctionSamples } from './samples.ts';
import type { FunctionsSettings } from './settings.ts';
import { predictionsOf } from './theory.ts';

export async function reportFunctions(
  settings: FunctionsSettings,
  run: Pick<Run, 'batches' | 'notes'>,
): Promise<Report> {
  const samples = await readFunctions(settings, run);
  const predictions = predictionsOf(settings);
  const { all, basis } = estimateFunctions(settings, samples, predictions);
  return {
    summary: {
      estimates: all,
      verdict: judge(
        basis.judged,
        (agreement, worst) =>
          sentence(agreement, worst) + leftOutSentence(basis, { draws: settings.draws }),
        basis.degrees,
      ),
    },
    shown: basis.judged,
    judged: basis.judged,
    warnings: samples.flatMap((sample) => divergenceWarning(settings, sample)),
    artifacts: () => renderFigure(functionsFigure(settings, samples, predictions)),
  };
}

function sentence(agreement: boolean | null, worst: Estimate | undefined): string {
  if (!worst) return 'No estimate could be held against a theory that is exact at its size.';
  const { quantity, at, z, source } = worst;
  const where = `${quantity} of ${String(at.activation)}, L = ${String(at.depth)}, D = ${String(at.width)}, at z = ${String(at.z)}`;
  const largest = `the largest deviation is ${Math.abs(z!).toFixed(2)} standard errors (${where})`;
  return agreement
    ? `The functions agree with what is exact at their size: ${largest}.`
    : `The functions deviate from theory: ${largest}, against the ${source}.`;
}

function divergenceWarning(
  { draws }: FunctionsSettings,
  { network: { activation, depth, width }, diverged }: FunctionSamples,
): string[] {
  if (diverged === 0) return [];
  return [
    `${activation.name}, L = ${depth}, D = ${width}: ${diverged.toLocaleString('en')} of ${draws.toLocaleString('en')} draws left the finite numbers; they are left out of estimates, verdict and figure.`,
  ];
}
