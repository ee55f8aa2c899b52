import type { Run } from '@resdiff/runtime';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { judge, type Estimate } from '../summary.ts';
import { leftOutSentence } from '../verdict-basis.ts';
import { estimateDraws } from './estimates.ts';
import { drawsFigure } from './figure.ts';
import { readSamples, type ProcessSamples } from './samples.ts';
import type { DrawsSettings } from './settings.ts';
import { firstExplosion } from './theory.ts';

export async function reportDraws(
  settings: DrawsSettings,
  run: Pick<Run, 'batches' | 'notes'>,
): Promise<Report> {
  const samples = await readSamples(settings, run);
  const { all, finiteDepth, basis } = estimateDraws(settings, samples);
  const verdict = judge(
    basis.judged,
    (agreement, worst) => sentence(agreement, worst) + leftOutSentence(basis, settings),
    basis.degrees,
  );
  const spec = drawsFigure(settings, samples);
  return {
    summary: { estimates: all, verdict },
    shown: finiteDepth,
    judged: basis.judged,
    warnings: [
      ...samples.flatMap((sample) => divergenceWarning(settings, sample)),
      ...uncomparedWarning(basis.judged, samples),
      ...unresolvedWarning(basis.judged),
      ...(spec
        ? []
        : ['No figure: no input has two different finite values to draw a density from.']),
    ],
    artifacts: () => renderFigure(spec),
  };
}

function sentence(agreement: boolean | null, worst: Estimate | undefined): string {
  if (!worst) return 'No estimate could be held against theory.';
  const { quantity, at, z, source } = worst;
  const where = `${quantity} of ${String(at.process)} at z = ${[at.z].flat().join(', ')}`;
  const largest = `the largest deviation is ${Math.abs(z!).toFixed(2)} standard errors (${where})`;
  if (agreement) {
    return `The samples agree with the theory for their own depth at infinite width: ${largest}.`;
  }
  return `The samples deviate from theory: ${largest}, against the ${source}.`;
}

function divergenceWarning(
  settings: DrawsSettings,
  { process, diverged, divergedAt }: ProcessSamples,
): string[] {
  if (diverged === 0) return [];
  const count = `${diverged.toLocaleString('en')} of ${settings.draws.toLocaleString('en')} draws`;
  const consequence = 'they are left out of moments and figure';
  if (process !== 'limit') {
    const median = divergedAt[Math.floor((diverged - 1) / 2)];
    return [
      `${process}: ${count} left the finite numbers, the first after layer ${divergedAt[0]}, half of them by layer ${median} of ${settings.depth}; ${consequence}.`,
    ];
  }
  const time = firstExplosion(settings);
  return [
    time <= settings.T
      ? `limit: explodes at time ${time.toPrecision(6)}, before T = ${settings.T}, so it has no draws; it is left out of moments and figure.`
      : `limit: ${count} are beyond the range of 32-bit numbers; ${consequence}.`,
  ];
}

function unresolvedWarning(judged: readonly Estimate[]): string[] {
  const unresolved = judged.filter(
    ({ z, se, expected }) => z === null && se !== null && se > 0 && expected !== null,
  );
  return unresolved.length === 0
    ? []
    : [
        `The verdict leaves out ${unresolved.length} of ${judged.length} estimates, whose standard errors are below what states of 32 bits resolve.`,
      ];
}

/** Agreement is said of what was compared; this says of what it is not. */
function uncomparedWarning(judged: readonly Estimate[], samples: readonly ProcessSamples[]) {
  const compared = new Set(judged.filter(({ z }) => z !== null).map(({ at }) => at.process));
  const missing = samples.map(({ process }) => process).filter((name) => !compared.has(name));
  return compared.size > 0 && missing.length > 0
    ? [
        `The verdict says nothing of ${missing.join(' and ')}, of which no estimate can be judged, or which lost draws.`,
      ]
    : [];
}
