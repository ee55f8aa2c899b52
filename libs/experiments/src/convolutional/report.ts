import type { Run } from '@resdiff/runtime';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { judge, type Estimate } from '../summary.ts';
import { leftOutSentence } from '../verdict-basis.ts';
import { estimateConvolutional } from './estimates.ts';
import { convolutionalFigure } from './figure.ts';
import { readSamples } from './samples.ts';
import { centreOf, type ConvolutionalSettings } from './settings.ts';
import { limitPrediction } from './theory.ts';

export async function reportConvolutional(
  settings: ConvolutionalSettings,
  run: Pick<Run, 'batches'>,
): Promise<Report> {
  const samples = await readSamples(settings, run);
  const limit = limitPrediction(settings);
  const { all, finiteDepth, basis } = estimateConvolutional(settings, samples, limit);
  const { draws, size, T } = settings;
  const middle = placeOf(settings, centreOf(settings));
  const noLimit =
    limit === undefined
      ? [
          `There is no limit at T = ${T}: the activation has none, or it explodes before. Estimates are held against the theory of their own depth alone.`,
        ]
      : [];
  return {
    summary: {
      estimates: all,
      verdict: judge(
        basis.judged,
        (agreement, worst) => sentence(agreement, worst) + leftOutSentence(basis, { draws }),
        basis.degrees,
      ),
    },
    shown: finiteDepth.filter(
      ({ at, quantity }) =>
        at.size === size.at(-1) &&
        ((at.row === 0 && at.column === 0) ||
          (quantity === 'secondMoment' && at.row === middle.row && at.column === middle.column)),
    ),
    selection:
      'These are moments at the largest D = L, in a corner and in the middle; all are in summary.json.',
    judged: basis.judged,
    warnings: [
      ...noLimit,
      ...samples.flatMap(({ process, size, lost }) =>
        lost === 0
          ? []
          : [
              `${process}, D = L = ${size}: ${lost} of ${draws} draws left the finite numbers; they are left out, and the verdict says nothing of the others.`,
            ],
      ),
    ],
    artifacts: () => renderFigure(convolutionalFigure(settings, samples, limit)),
  };
}

function placeOf({ columns }: Pick<ConvolutionalSettings, 'columns'>, site: number) {
  return { row: Math.floor(site / columns), column: site % columns };
}

function sentence(agreement: boolean | null, worst: Estimate | undefined): string {
  if (!worst) return 'No moment could be held against theory.';
  const { at, quantity, z, source } = worst;
  const where = `${quantity} of ${String(at.process)} at D = L = ${String(at.size)}, image ${String(at.image)}, row ${String(at.row)}, column ${String(at.column)}`;
  const largest = `the largest deviation is ${Math.abs(z!).toFixed(2)} standard errors (${where})`;
  return agreement
    ? `The moments at the sites agree with the theory for their own depth at infinite width: ${largest}.`
    : `The moments at the sites deviate from theory: ${largest}, against the ${source}.`;
}
