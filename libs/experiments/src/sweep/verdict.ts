import { agreementThreshold, FALSE_ALARM_RATE, type Verdict } from '../summary.ts';

/** What a point says as a run of its own. */
export interface PointVerdict {
  /** `size = 10, optimizer = gd` */
  readonly title: string;
  readonly verdict: Verdict;
}

/**
 * One verdict of all points: the false-alarm rate is shared out among the comparisons of all of them
 * (Bonferroni), and the standard errors of each keep their degrees of freedom. `largestZ`,
 * `threshold` and `degrees` are those of the comparison that is the furthest beyond its threshold,
 * or the nearest to it.
 */
export function combineVerdicts(points: readonly PointVerdict[]): Verdict {
  const comparisons = points.reduce((sum, { verdict }) => sum + verdict.comparisons, 0);
  const held = points.flatMap(({ title, verdict: { largestZ, degrees, text } }) => {
    if (largestZ === null) return [];
    const threshold = agreementThreshold(comparisons, degrees);
    return [{ title, text, largestZ, degrees, threshold, ratio: Math.abs(largestZ) / threshold }];
  });
  const worst = held.reduce<(typeof held)[number] | undefined>(
    (most, each) => (most && most.ratio >= each.ratio ? most : each),
    undefined,
  );
  const common = { comparisons, falseAlarmRate: FALSE_ALARM_RATE };
  if (!worst) {
    const text = `At none of ${counted(points.length, 'point')} could an estimate be held against theory.`;
    const threshold = agreementThreshold(0, null);
    return { agreement: null, text, largestZ: null, threshold, degrees: null, ...common };
  }
  const deviating = held.filter(({ ratio }) => ratio > 1);
  const { title, text: own, largestZ, threshold, degrees } = worst;
  const agreement = deviating.length === 0;
  const unheld = points.length - held.length;
  const size = Math.abs(largestZ).toFixed(2);
  const text = [
    agreement
      ? `${counted(held.length, 'point')} ${held.length === 1 ? 'agrees' : 'agree'} with theory: of ${counted(comparisons, 'comparison')} the largest deviation is ${size} standard errors, at ${title}.`
      : `${deviating.length} of ${counted(held.length, 'point')} ${deviating.length === 1 ? 'deviates' : 'deviate'} from theory, the most at ${title}, by ${size} standard errors, where up to ${threshold.toFixed(2)} count as agreement. There: ${own}`,
    ...(unheld > 0 ? [`At ${counted(unheld, 'point')} nothing could be held against theory.`] : []),
  ].join(' ');
  return { agreement, text, largestZ, threshold, degrees, ...common };
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
