import type { Run } from '@resdiff/runtime';
import { activationNames } from '@resdiff/networks';
import { valueAt, type Batch } from '@resdiff/tables';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { spread } from '../spread.ts';
import { estimate, judge, type Estimate } from '../summary.ts';
import { explosionFigure } from './figure.ts';
import {
  casesOf,
  limitExplosion,
  processes,
  type Case,
  type ExplosionSettings,
} from './settings.ts';
import { shareOf } from './share.ts';
import type { ExplosionTable } from './table.ts';
import { limitPassings, meanFieldPassings } from './theory.ts';

/** The times of the draws of a case: for each threshold, those of the draws, NaN of who did not pass. */
export interface CaseTimes extends Case {
  readonly times: readonly Float64Array[];
}

export async function reportExplosion(
  settings: ExplosionSettings,
  run: Pick<Run, 'batches' | 'notes'>,
): Promise<Report> {
  const cases = await readTimes(settings, run);
  const found = cases.flatMap((each) => caseEstimates(settings, each));
  const last = settings.thresholds.length - 1;
  const shown = found.filter(
    ({ at, quantity }) =>
      quantity === 'divergenceTime' &&
      at.size === settings.size.at(-1) &&
      at.theory === 'explosion',
  );
  const incomplete = cases.filter(({ times }) => times[last].some(Number.isNaN));
  return {
    summary: { estimates: found, verdict: judge([], () => sentence(settings, shown)) },
    shown,
    selection:
      'These are times at the largest D = L; all sizes, thresholds and theories are in summary.json.',
    judged: [],
    warnings:
      incomplete.length === 0
        ? []
        : [
            `${incomplete.length} of ${cases.length} combinations of process, activation, input and size have draws that did not pass ${settings.thresholds[last]} before T; they have no mean time. A larger horizon, or a lower largest threshold, may change that.`,
          ],
    artifacts: () => renderFigure(explosionFigure(settings, cases)),
  };
}

async function readTimes(
  settings: ExplosionSettings,
  { batches }: Pick<Run, 'batches'>,
): Promise<CaseTimes[]> {
  const { draws, thresholds } = settings;
  const nameOf = ({ process, activation, z, size }: Case) =>
    [process, activation, z, size].join(' ');
  const all = casesOf(settings).map((each) => ({
    ...each,
    times: thresholds.map(() => new Float64Array(draws).fill(NaN)),
  }));
  const byName = new Map(all.map((each) => [nameOf(each), each]));
  for await (const batch of batches()) {
    const { rows, columns } = batch as Batch<ExplosionTable>;
    for (let row = 0; row < rows; row++) {
      const own = byName.get(
        nameOf({
          process: processes[columns.process[row]],
          activation: activationNames[columns.activation[row]],
          z: columns.z[row],
          size: columns.size[row],
        }),
      )!;
      const threshold = thresholds.indexOf(columns.threshold[row]);
      own.times[threshold][columns.draw[row]] = valueAt(columns.time, row) ?? NaN;
    }
  }
  return all;
}

/** Mean times, beside the explosion of the limit and beside the mean field of the same depth. */
function caseEstimates(settings: ExplosionSettings, { times, ...own }: CaseTimes): Estimate[] {
  const { process, activation, z, size } = own;
  const end = limitExplosion(settings, activation, z);
  const limit = limitPassings(settings, own);
  const meanField = meanFieldPassings(settings, own);
  return settings.thresholds.flatMap((threshold, i) => {
    const at = { process, activation, z, size, threshold };
    // A mean over those that passed alone would be one of the fast.
    const { mean, se } = spread([...times[i]]);
    const passed = times[i].filter(Number.isFinite).length;
    const value = { value: mean, se };
    const isLast = i === settings.thresholds.length - 1;
    const quantity = isLast ? 'divergenceTime' : 'passingTime';
    const theories = [
      ...(isLast
        ? [['explosion', end, 'explosion of the limit ([PF22], Proposition 5.2)'] as const]
        : []),
      ['limit', limit[i], 'D = L = infinity ([PF22], Proposition 5.1)'] as const,
      ['finite depth', meanField[i], `mean field, D = infinity, L = ${size}`] as const,
    ];
    return [
      ...theories.map(([theory, expected, source]) =>
        estimate(quantity, { ...at, theory }, value, { expected, source }),
      ),
      estimate('passedShare', at, shareOf(passed, times[i].length)),
    ];
  });
}

/** The times that are shown over those of the explosion: the range of each process. */
function sentence({ thresholds, size }: ExplosionSettings, shown: readonly Estimate[]): string {
  const ranges = processes.flatMap((process) => {
    const own = shown.filter(({ at }) => at.process === process);
    const ratios = own.flatMap(({ value, expected }) => (value === null ? [] : value / expected!));
    if (own.length === 0) return [];
    if (ratios.length === 0) return [`${process} none, as draws did not pass it`];
    const ends = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
    return [`${process} ${[...new Set(ends)].join(' to ')}`];
  });
  return `No theory is exact at a finite size. Mean times at which |x|^2 / D passes ${thresholds.at(-1)} at D = L = ${size.at(-1)}, over the time at which the limit explodes: ${ranges.join(', ')}.`;
}
