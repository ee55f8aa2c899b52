import type { Estimate } from './summary.ts';

/** An estimate beside theory, and what makes it fit for a verdict. */
export interface Held {
  readonly estimate: Estimate;
  /** Whether theory is exact for it, to within much less than its draws can tell. */
  readonly exact: boolean;
  /** Degrees of freedom of its standard error; 0 if that is too far from normal. */
  readonly degrees: number;
}

/** What a verdict rests on. */
export interface VerdictBasis {
  readonly judged: readonly Estimate[];
  /** The fewest of those judged; null where they are as good as infinite. */
  readonly degrees: number | null;
  /** How many estimates it leaves out, as effects of the finite width are in their way. */
  readonly narrow: number;
  /** And how many, as their errors are far from normal. */
  readonly unsure: number;
}

/** Degrees from which on Student's quantiles are within a hundredth of the normal's. */
const MANY_DEGREES = 1000;

export function verdictBasis(held: readonly Held[]): VerdictBasis {
  const compared = held.filter(({ estimate }) => estimate.z !== null);
  const fit = held.filter(({ exact, degrees }) => exact && degrees > 0);
  const degrees = fit
    .filter(({ estimate }) => estimate.z !== null)
    .reduce((fewest, each) => Math.min(fewest, each.degrees), Infinity);
  const narrow = compared.filter(({ exact }) => !exact).length;
  return {
    judged: fit.map(({ estimate }) => estimate),
    degrees: degrees > MANY_DEGREES ? null : degrees,
    narrow,
    unsure: compared.filter(({ exact, degrees }) => exact && degrees === 0).length,
  };
}

/** Why the rest is not judged; empty where nothing is left out. */
export function leftOutSentence(
  { narrow, unsure }: VerdictBasis,
  { draws, width }: { readonly draws: number; readonly width?: number },
): string {
  const finiteWidth = width === undefined ? 'the finite width' : `the finite width D = ${width}`;
  const many = `${draws.toLocaleString('en')} ${draws === 1 ? 'draw' : 'draws'}`;
  const reasons = [
    narrow > 0 &&
      `${narrow} since ${finiteWidth} may change them by more than a third of the standard error of ${many}`,
    unsure > 0 && `${unsure} since their errors are far from normal with ${many}`,
  ].filter((reason) => reason !== false);
  return reasons.length === 0 ? '' : ` Estimates that are not judged: ${reasons.join('; ')}.`;
}
