import type { Run } from '@resdiff/runtime';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { judge, type Estimate } from '../summary.ts';
import { leftOutSentence } from '../verdict-basis.ts';
import { estimateSurfaces } from './estimates.ts';
import { surfacesFigure } from './figure.ts';
import { readSamples } from './samples.ts';
import type { SurfacesSettings } from './settings.ts';

export async function reportSurfaces(
  settings: SurfacesSettings,
  run: Pick<Run, 'batches'>,
): Promise<Report> {
  const samples = await readSamples(settings, run);
  const { all, finiteDepth, basis } = estimateSurfaces(settings, samples);
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
    warnings: samples.flatMap(({ activation, lost }) =>
      lost === 0
        ? []
        : [
            `${activation}: ${lost} of ${settings.draws} draws left the finite numbers; they are left out of moments, and the verdict says nothing of the others.`,
          ],
    ),
    artifacts: () => renderFigure(surfacesFigure(settings, samples)),
  };
}

function sentence(agreement: boolean | null, worst: Estimate | undefined): string {
  if (!worst) return 'No estimate could be held against theory.';
  const { quantity, at, z, source } = worst;
  const input = (at.z as readonly number[]).join(', ');
  const largest = `the largest deviation is ${Math.abs(z!).toFixed(2)} standard errors (${quantity} of ${String(at.activation)} at z = (${input}))`;
  return agreement
    ? `The surfaces agree with the theory for their own depth at infinite width: ${largest}.`
    : `The surfaces deviate from theory: ${largest}, against the ${source}.`;
}
