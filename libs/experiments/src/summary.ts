import { normalQuantile, studentQuantile } from '@resdiff/analysis';

/** The coordinates that an estimate belongs to, such as `{ process: 'resnet', z: 1 }`. */
export type Coordinates = Readonly<Record<string, string | number | readonly number[]>>;

/** One number with its uncertainty, beside what it should be. */
export interface Estimate {
  /** In the field's words: `variance`, `ksDistance`. */
  readonly quantity: string;
  readonly at: Coordinates;
  /** Null where it does not exist, as a mean of no draws. */
  readonly value: number | null;
  /** Standard error of `value`. */
  readonly se: number | null;
  /** What theory or the paper says. */
  readonly expected: number | null;
  /** Which theory or paper. */
  readonly source: string | null;
  /** (value - expected) / se. */
  readonly z: number | null;
}

/** Whether the estimates agree with the theory that holds for them exactly. */
export interface Verdict {
  /** Null where nothing could be held against theory. */
  readonly agreement: boolean | null;
  /** A sentence for a person. */
  readonly text: string;
  /** How many estimates were held against theory. */
  readonly comparisons: number;
  readonly largestZ: number | null;
  /** The largest |z| that counts as agreement. */
  readonly threshold: number;
  /** Degrees of freedom of the standard errors, where they are few: the threshold is Student's. */
  readonly degrees: number | null;
  /** The probability that a run that is right is called a disagreement. */
  readonly falseAlarmRate: number;
}

/** summary.json, in the same shape for every experiment. */
export interface Summary {
  readonly estimates: readonly Estimate[];
  readonly verdict: Verdict;
}

interface Theory {
  readonly expected?: number | null;
  readonly source?: string | null;
  /** A standard error up to this leaves z null: rounding is larger than what it would tell. */
  readonly resolution?: number;
}

/** An estimate; numbers that are not finite become null. */
export function estimate(
  quantity: string,
  at: Coordinates,
  { value, se = null }: { value: number | null; se?: number | null },
  { expected = null, source = null, resolution = 0 }: Theory = {},
): Estimate {
  const known = { value: finite(value), se: finite(se), expected: finite(expected) };
  const z =
    known.value !== null && known.se !== null && known.se > resolution && known.expected !== null
      ? (known.value - known.expected) / known.se
      : null;
  return { quantity, at, ...known, source: known.expected === null ? null : source, z };
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** The false-alarm rate of every verdict. */
export const FALSE_ALARM_RATE = 0.01;

/**
 * The largest |z| that counts as agreement of all of so many comparisons: the normal quantile at the
 * false-alarm rate shared out among them (Bonferroni), or Student's where the standard errors have
 * few degrees of freedom.
 */
export function agreementThreshold(comparisons: number, degrees: number | null): number {
  const probability = 1 - FALSE_ALARM_RATE / (2 * Math.max(1, comparisons));
  return degrees === null ? normalQuantile(probability) : studentQuantile(probability, degrees);
}

/**
 * Holds estimates against the theory that is exact for them: they agree if no |z| exceeds
 * {@link agreementThreshold}.
 *
 * @param degrees of freedom of the standard errors, where they are few.
 */
export function judge(
  exact: readonly Estimate[],
  sentence: (agreement: boolean | null, worst: Estimate | undefined) => string,
  degrees: number | null = null,
): Verdict {
  const compared = exact.filter(({ z }) => z !== null);
  const worst = compared.reduce<Estimate | undefined>(
    (most, each) => (most && Math.abs(most.z!) >= Math.abs(each.z!) ? most : each),
    undefined,
  );
  const threshold = agreementThreshold(compared.length, degrees);
  const agreement = worst ? Math.abs(worst.z!) <= threshold : null;
  return {
    agreement,
    text: sentence(agreement, worst),
    comparisons: compared.length,
    largestZ: worst?.z ?? null,
    threshold,
    degrees,
    falseAlarmRate: FALSE_ALARM_RATE,
  };
}
