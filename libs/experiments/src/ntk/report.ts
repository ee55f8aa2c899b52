import type { Run } from '@resdiff/runtime';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { judge, type Estimate } from '../summary.ts';
import { leftOutSentence } from '../verdict-basis.ts';
import { estimateNtk } from './estimates.ts';
import { ntkFigure } from './figure.ts';
import { readNtkSamples, type NtkSamples } from './samples.ts';
import type { NtkSettings } from './settings.ts';
import { isLinear, limitPrediction } from './theory.ts';

export async function reportNtk(settings: NtkSettings, run: Pick<Run, 'batches'>): Promise<Report> {
  const samples = await readNtkSamples(settings, run);
  const { all, shown, basis, ...theory } = estimateNtk(settings, samples);
  const { judged } = basis;
  const isDrawn = samples.some(({ pairs }) => pairs[0].weights.length > 0);
  return {
    summary: {
      estimates: all,
      verdict: judge(
        judged,
        (agreement, worst) =>
          sentence(settings, agreement, worst) + leftOutSentence(basis, { draws: settings.draws }),
        basis.degrees,
      ),
    },
    shown: judged.length > 0 ? judged : shown,
    judged,
    warnings: [
      ...samples.flatMap((sample) => divergenceWarning(settings, sample)),
      ...unresolvedWarning(judged),
      ...(isDrawn ? [] : ['No figure: no draw has a finite kernel.']),
    ],
    artifacts: () => renderFigure(isDrawn ? ntkFigure(settings, samples, theory) : undefined),
  };
}

function sentence(
  settings: NtkSettings,
  agreement: boolean | null,
  worst: Estimate | undefined,
): string {
  if (!worst) return `No estimate could be held against theory${whyNot(settings)}.`;
  const { at, z, source } = worst;
  const where = `${String(at.part)} at D = L = ${String(at.size)}, z = ${[at.z].flat().join(', ')}`;
  const largest = `the largest deviation is ${Math.abs(z!).toFixed(2)} standard errors (${where})`;
  if (agreement) {
    const theory = isLinear(settings)
      ? 'what is exact at their own depth and width'
      : 'the mean field of their depth';
    return `The mean kernels agree with ${theory}: ${largest}.`;
  }
  return `The mean kernels deviate from theory: ${largest}, against the ${source}.`;
}

/** Why the mean field is no measure for this activation. */
function whyNot(settings: NtkSettings): string {
  return limitPrediction(settings)
    ? ''
    : `: ${settings.activation} is curved or kinked at 0, and for such activations the mean field (D = infinity) leaves out effects of the finite width that exceed the standard errors at every D = L`;
}

function divergenceWarning({ draws }: NtkSettings, { size, diverged }: NtkSamples): string[] {
  if (diverged === 0) return [];
  const count = `${diverged.toLocaleString('en')} of ${draws.toLocaleString('en')} draws`;
  return [
    `D = L = ${size}: ${count} left the finite numbers; they are left out of moments and figure, and the size out of the verdict.`,
  ];
}

function unresolvedWarning(judged: readonly Estimate[]): string[] {
  const unresolved = judged.filter(
    ({ z, se, expected }) => z === null && se !== null && se > 0 && expected !== null,
  );
  return unresolved.length === 0
    ? []
    : [
        `The verdict leaves out ${unresolved.length} of ${judged.length} estimates, whose standard errors are below what gradients of 32 bits resolve.`,
      ];
}
