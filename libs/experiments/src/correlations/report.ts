import type { Run } from '@resdiff/runtime';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { judge, type Estimate } from '../summary.ts';
import { leftOutSentence } from '../verdict-basis.ts';
import { estimateCorrelations } from './estimates.ts';
import { correlationsFigure } from './figure.ts';
import { readSamples } from './samples.ts';
import type { CorrelationsSettings } from './settings.ts';

export async function reportCorrelations(
  settings: CorrelationsSettings,
  run: Pick<Run, 'batches'>,
): Promise<Report> {
  const samples = await readSamples(settings, run);
  const { all, finiteDepth, basis } = estimateCorrelations(settings, samples);
  return {
    summary: {
      estimates: all,
      verdict: judge(
        basis.judged,
        (agreement, worst) => sentence(agreement, worst) + leftOutSentence(basis, settings),
        basis.degrees,
      ),
    },
    shown: finiteDepth,
    judged: basis.judged,
    warnings: samples.flatMap(({ model, lost }) =>
      lost === 0
        ? missingCorrelations(
            model,
            finiteDepth.filter(({ at }) => at.model === model),
          )
        : [
            `${model}: ${lost} of ${settings.draws} draws left the finite numbers; they are left out, and the verdict says nothing of the others.`,
          ],
    ),
    artifacts: () => renderFigure(correlationsFigure(settings, samples)),
  };
}

function missingCorrelations(model: string, estimates: readonly Estimate[]): string[] {
  const missing = estimates.filter(({ value }) => value === null);
  if (missing.length === 0) return [];
  const example = (missing[0].at.z as readonly number[]).map(shortened).join(', ');
  return [
    `${model}: ${missing.length} of the ${estimates.length} compared correlations do not exist, such as that of z = ${example}, as a state does not vary there.`,
  ];
}

function shortened(value: number): number {
  return Number(value.toPrecision(4));
}

function sentence(agreement: boolean | null, worst: Estimate | undefined): string {
  if (!worst) return 'No correlation could be held against theory.';
  const { at, z, source } = worst;
  const where = `${String(at.model)} at z = ${(at.z as number[]).map(shortened).join(', ')}`;
  const largest = `the largest deviation is ${Math.abs(z!).toFixed(2)} standard errors (${where})`;
  return agreement
    ? `The correlations agree with the theory for their own depth at infinite width: ${largest}.`
    : `The correlations deviate from theory: ${largest}, against the ${source}.`;
}
