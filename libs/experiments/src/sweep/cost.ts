import type { PartCost, ShardPlan } from '../experiment.ts';
import type { SweepFigures } from './figures.ts';

/** CPU seconds of a figure that the plan of an experiment counts with, at least. */
const FIGURE_SECONDS = 0.7;

/** What a sweep takes, by what its points take as runs of their own: a part for each point. */
export function sweepCost(
  points: readonly { readonly title: string; readonly plan: ShardPlan }[],
  shards: ShardPlan['shards'],
  figures: SweepFigures,
): ShardPlan {
  const plans = points.map(({ plan }) => plan);
  const reports = sum(plans, ({ report }) => report.seconds);
  const leftOut = { joined: points.length - 1, each: 0, none: points.length }[figures];
  return {
    shards,
    parts: points.map(({ title, plan: { parts } }): PartCost => ({
      part: title,
      shards: sum(parts, (part) => part.shards),
      rows: sum(parts, (part) => part.rows),
      work: sum(parts, (part) => part.work),
      seconds: sum(parts, (part) => part.seconds),
    })),
    workUnit: plans[0].workUnit,
    workerBytes: largest(plans, ({ workerBytes }) => workerBytes),
    diskBytes: sum(plans, ({ diskBytes }) => diskBytes),
    report: {
      seconds: Math.max(0, reports - leftOut * FIGURE_SECONDS),
      // A report of all points holds the rows of all of them.
      bytes: (figures === 'joined' ? sum : largest)(plans, ({ report }) => report.bytes),
    },
  };
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function largest<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((most, item) => Math.max(most, of(item)), 0);
}
