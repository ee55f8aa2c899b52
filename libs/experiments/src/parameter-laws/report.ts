import type { Run } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { spread } from '../spread.ts';
import { estimate, judge, type Estimate, type Verdict } from '../summary.ts';
import { entriesOf, type Entry } from './entries.ts';
import { parameterLawsFigure } from './figure.ts';
import { laws, type Law, type ParameterLawsSettings } from './settings.ts';
import { limitMoments, MOST_VARIANCE, stepMoments } from './step-moments.ts';
import type { MomentsTable } from './table.ts';

/** An entry as it was simulated, beside what it should be at this step and as the step goes to 0. */
export interface ComparedEntry extends Entry {
  readonly value: number;
  readonly se: number | null;
  readonly atStep: number;
  readonly limit: number;
}

export interface ComparedLaw {
  readonly law: Law;
  readonly entries: readonly ComparedEntry[];
}

export async function reportParameterLaws(
  settings: ParameterLawsSettings,
  run: Pick<Run, 'batches' | 'notes'>,
): Promise<Report> {
  const compared = await compare(settings, run);
  const exact = compared.map((each) =>
    each.entries.map((entry) => held(settings, each.law, entry)),
  );
  const judged = settings.blocks < FEWEST_BLOCKS ? [] : exact.flat();
  const beside = compared.flatMap((each) =>
    each.entries.map((entry) => besideLimit(settings, each.law, entry)),
  );
  return {
    summary: {
      estimates: [...exact.flat(), ...beside, ...compared.flatMap(distances)],
      verdict: verdictOf(settings, judged),
    },
    shown: exact.flatMap(worstOfEach),
    selection:
      'These are the largest deviations of the drift and of the covariance of each law; all are in summary.json.',
    judged,
    warnings: wideWarnings(compared),
    artifacts: () => renderFigure(parameterLawsFigure(settings, compared)),
  };
}

async function compare(
  settings: ParameterLawsSettings,
  run: Pick<Run, 'batches'>,
): Promise<ComparedLaw[]> {
  const { width, blocks } = settings;
  const entries = entriesOf(width);
  const place = new Map(
    entries.map(({ moment, row, column }, i) => [`${moment} ${row} ${column}`, i]),
  );
  const values = new Map(
    settings.laws.map((law) => [law, entries.map(() => new Array<number>(blocks))]),
  );
  for await (const batch of run.batches()) {
    const { rows, columns } = batch as Batch<MomentsTable>;
    for (let row = 0; row < rows; row++) {
      const moment = columns.moment[row] === 0 ? 'drift' : 'covariance';
      const at = columns.input[row] * width + columns.coordinate[row];
      const other = columns.otherInput[row] * width + columns.otherCoordinate[row];
      const own = values.get(laws[columns.law[row]])!;
      own[place.get(`${moment} ${at} ${other}`)!][columns.block[row]] = columns.value[row];
    }
  }
  return settings.laws.map((law) => {
    const atStep = stepMoments(settings, law);
    const limit = limitMoments(settings, law);
    return {
      law,
      entries: entries.map((entry, i) => {
        const { mean, se } = spread(values.get(law)![i]);
        return { ...entry, value: mean, se, atStep: atStep(entry), limit: limit(entry) };
      }),
    };
  });
}

/** Standard errors are over blocks: of fewer they are too unsure to judge by. */
const FEWEST_BLOCKS = 20;

function verdictOf({ blocks }: ParameterLawsSettings, estimates: readonly Estimate[]): Verdict {
  return blocks < FEWEST_BLOCKS
    ? judge([], () => `Nothing is judged by ${blocks} blocks; take ${FEWEST_BLOCKS} or more.`)
    : judge(estimates, sentence, blocks - 1);
}

/** Relative error of the states, which are kept in 32 bits: increments are differences of them. */
const STATE_ERROR = 2 ** -23;

function held(settings: ParameterLawsSettings, law: Law, entry: ComparedEntry): Estimate {
  const { value, se, atStep, moment } = entry;
  return estimate(
    moment,
    coordinates(settings, law, entry),
    { value, se },
    {
      expected: atStep,
      source: `the Gaussian preactivations of a step of ${settings.step}`,
      resolution: STATE_ERROR,
    },
  );
}

function besideLimit(settings: ParameterLawsSettings, law: Law, entry: ComparedEntry): Estimate {
  const { value, se, limit, moment } = entry;
  return estimate(
    moment === 'drift' ? 'driftBesideLimit' : 'covarianceBesideLimit',
    coordinates(settings, law, entry),
    { value, se },
    { expected: limit, source: '[PF22] Theorem 3.1', resolution: STATE_ERROR },
  );
}

function wideWarnings(compared: readonly ComparedLaw[]): string[] {
  return compared.flatMap(({ law, entries }) => {
    const unknown = entries.filter(({ atStep }) => Number.isNaN(atStep)).length;
    return unknown === 0
      ? []
      : [
          `${law}: ${unknown} of ${entries.length} moments are of preactivations that vary by more than ${MOST_VARIANCE}, and are held against Theorem 3.1 alone; take a smaller step or smaller scales.`,
        ];
  });
}

function coordinates({ width }: ParameterLawsSettings, law: Law, { moment, row, column }: Entry) {
  const of = (index: number) => ({ input: Math.floor(index / width), coordinate: index % width });
  const [one, other] = [of(row), of(column)];
  return moment === 'drift'
    ? { law, ...one }
    : {
        law,
        input: [one.input, other.input],
        coordinate: [one.coordinate, other.coordinate],
      };
}

/** How far all entries are from theory, relative to their size, and the step from its limit. */
function distances({ law, entries }: ComparedLaw): Estimate[] {
  return (['drift', 'covariance'] as const).flatMap((moment) => {
    const own = entries.filter((entry) => entry.moment === moment);
    const size = rootSquares(own.map(({ limit }) => limit));
    const distance = (quantity: string, of: (entry: ComparedEntry) => number) =>
      estimate(quantity, { law, moment }, { value: rootSquares(own.map(of)) / size });
    return [
      distance('relativeDistance', ({ value, atStep }) => value - atStep),
      distance('relativeDistanceFromLimit', ({ value, limit }) => value - limit),
      distance('relativeEffectOfStep', ({ atStep, limit }) => atStep - limit),
    ];
  });
}

function rootSquares(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
}

/** The drift and the covariance of a law that deviate most. */
function worstOfEach(estimates: readonly Estimate[]): Estimate[] {
  return ['drift', 'covariance'].flatMap((quantity) => {
    const own = estimates.filter((each) => each.quantity === quantity && each.z !== null);
    return own.toSorted((a, b) => Math.abs(b.z!) - Math.abs(a.z!)).slice(0, 1);
  });
}

function sentence(agreement: boolean | null, worst: Estimate | undefined): string {
  if (!worst) return 'No entry could be held against theory.';
  const { quantity, at, z } = worst;
  const where = `${quantity} of the law ${String(at.law)}, input ${[at.input].flat().join(', ')}, coordinate ${[at.coordinate].flat().join(', ')}`;
  const largest = `the largest deviation is ${Math.abs(z!).toFixed(2)} standard errors (${where})`;
  return agreement
    ? `Every entry of drift and covariance agrees with that of its step: ${largest}.`
    : `Drift or covariance deviate from those of their step: ${largest}.`;
}
