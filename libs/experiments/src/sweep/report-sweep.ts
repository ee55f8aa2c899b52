import {
  canonicalJson,
  lastLine,
  messageOf,
  RunError,
  type Run,
  type RunPlan,
} from '@resdiff/runtime';
import type { Experiment, Report } from '../experiment.ts';
import type { Coordinates, Estimate, Summary, Verdict } from '../summary.ts';
import { gridColumn } from './columns.ts';
import { MOST_FIGURES, sweepFigures } from './figures.ts';
import { joinedSettings } from './joined.ts';
import { coordinatesInWords, sweepPoints, type SweepPoints } from './planned-points.ts';
import { pointsFile, pointStates, type PointState } from './points-file.ts';
import { combineVerdicts } from './verdict.ts';

/** A point of which nothing is said, since shards of it are missing. */
export interface AbsentPoint {
  readonly point: number;
  readonly at: Coordinates;
  /** How many of its shards are missing. */
  readonly missing: number;
  readonly shards: number;
  /** The last line of how one of them failed. */
  readonly failure?: string;
}

/** summary.json of a sweep: `at` of each estimate begins with what its point is. */
export interface SweepSummary extends Summary {
  readonly absent: readonly AbsentPoint[];
}

export interface SweepReport extends Report {
  readonly summary: SweepSummary;
}

type FinishedSweep = Pick<Run, 'batches' | 'notesOf' | 'manifest' | 'failures' | 'unchanged'>;

/**
 * What each point says as a run of its own, over the points whose shards are all done: estimates,
 * one verdict of all, and figures: of one run that has all points, if the experiment has such runs;
 * else of each point as `figure-<point>`, if they are few. Those of points are not made anew for a
 * run that is unchanged, which has them.
 *
 * @param continues called between two points; what it throws ends the report.
 * @throws {RunError} naming the point whose report failed.
 */
export async function reportSweep(
  experiment: Experiment,
  plan: RunPlan,
  run: FinishedSweep,
  continues: () => void = () => undefined,
): Promise<SweepReport> {
  const points = sweepPoints(experiment, plan);
  const states = pointStates(run.manifest);
  const whole = states.flatMap(({ done, shards }, point) => (done === shards ? [point] : []));
  const settings = whole.map((point) => points.settings(point));
  const joined = whole.length > 0 ? joinedSettings(experiment, settings) : undefined;
  const figures = sweepFigures(whole.length, joined !== undefined);

  const found: PointReport[] = [];
  const artifacts: Record<string, string | Uint8Array> = {};
  for (const [index, point] of whole.entries()) {
    continues();
    const title = points.title(point);
    const ofPoint = { batches: () => run.batches(point), notes: run.notesOf(point) };
    const own = await naming(title, () => experiment.report(settings[index], ofPoint));
    found.push(placed(own, { point, title, at: points.coordinates(point) }));
    if (figures !== 'each' || run.unchanged) continue;
    // Now, so that no more than one point's rows are held.
    for (const [name, data] of Object.entries(await own.artifacts())) {
      artifacts[artifactOfPoint(name, point)] = data;
    }
  }
  continues();
  const all = joined && (await experiment.report(joined, joinedRun(plan, run, whole)));
  const absent = absentPoints(points, run, states);
  const selection = found.at(-1)?.selection;
  const warnings = new Map(found.map(({ point, warnings }) => [point, warnings]));
  return {
    summary: {
      estimates: [...joinedEstimates(all, found), ...found.flatMap(({ estimates }) => estimates)],
      verdict: verdictOf(found, all, absent.length),
      absent,
    },
    shown: found.flatMap(({ shown }) => shown),
    ...(selection !== undefined && { selection }),
    judged: found.flatMap(({ judged }) => judged),
    warnings: [
      ...absenceWarning(absent, states.length),
      ...pointWarnings(found),
      ...(figures === 'none'
        ? [
            `No figures: the sweep has ${whole.length} points, and at most ${MOST_FIGURES} have one each.`,
          ]
        : []),
    ],
    artifacts: async () => ({
      ...artifacts,
      ...(await all?.artifacts()),
      'points.json': pointsFile(plan, states, warnings),
    }),
  };
}

/** What a point says, with its estimates in their place in the sweep. */
interface PointReport {
  readonly point: number;
  readonly title: string;
  /** As the point has them as a run of its own. */
  readonly own: readonly Estimate[];
  readonly estimates: readonly Estimate[];
  readonly shown: readonly Estimate[];
  readonly selection: string | undefined;
  readonly judged: readonly Estimate[];
  readonly warnings: readonly string[];
  readonly verdict: Verdict;
}

interface Place {
  readonly point: number;
  readonly title: string;
  readonly at: Coordinates;
}

function placed(
  { summary, shown, selection, judged, warnings }: Report,
  { point, title, at }: Place,
): PointReport {
  const { estimates: own, verdict } = summary;
  const place = (estimate: Estimate) => ({ ...estimate, at: atPoint(at, estimate.at) });
  const shownHere = new Map(shown.map((estimate) => [estimate, place(estimate)]));
  return {
    ...{ point, title, own, selection, warnings, verdict },
    estimates: own.map(place),
    shown: [...shownHere.values()],
    judged: judged.map((estimate) => shownHere.get(estimate) ?? place(estimate)),
  };
}

/**
 * The coordinates of a point before those of an estimate of it. Where both have a key but not the
 * same value, that of the point has the name of its column.
 */
function atPoint(point: Coordinates, own: Coordinates): Coordinates {
  const entries = Object.entries(point).map(([key, value]) =>
    key in own && canonicalJson(own[key]) !== canonicalJson(value)
      ? [gridColumn(key), value]
      : [key, value],
  );
  return { ...(Object.fromEntries(entries) as Coordinates), ...own };
}

async function naming<Result>(title: string, report: () => Promise<Result>): Promise<Result> {
  try {
    return await report();
  } catch (error) {
    throw new RunError(`The report of the point ${title} failed: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** `figure-3.svg` of `figure.svg`. */
function artifactOfPoint(name: string, point: number): string {
  const dot = name.lastIndexOf('.');
  return dot < 1 ? `${name}-${point}` : `${name.slice(0, dot)}-${point}${name.slice(dot)}`;
}

/**
 * The points as one run. Points of the same seed have computed the same where their tasks are the
 * same, as one run would have done once; of such notes it has one.
 */
function joinedRun(
  plan: RunPlan,
  run: FinishedSweep,
  whole: readonly number[],
): Pick<Run, 'batches' | 'notes'> {
  const seen = new Set<string>();
  return {
    notes: whole.flatMap((point) =>
      run.notesOf(point).filter(({ task }) => {
        const origin = canonicalJson([plan.points![point].seed, task]);
        return seen.size < seen.add(origin).size;
      }),
    ),
    async *batches() {
      for (const point of whole) yield* run.batches(point);
    },
  };
}

/** What the points have to say together only, such as a slope over them. */
function joinedEstimates(all: Report | undefined, found: readonly PointReport[]): Estimate[] {
  if (!all) return [];
  const place = ({ quantity, at }: Estimate) => canonicalJson([quantity, at]);
  const known = new Set(found.flatMap(({ own }) => own.map(place)));
  return all.summary.estimates.filter((estimate) => !known.has(place(estimate)));
}

function verdictOf(
  found: readonly PointReport[],
  all: Report | undefined,
  absent: number,
): Verdict {
  const verdict = combineVerdicts(found);
  const together = all?.summary.verdict;
  const text =
    verdict.agreement === null && together?.agreement === null ? together.text : verdict.text;
  const are = absent === 1 ? 'is' : 'are';
  const missing =
    absent > 0 ? ` Nothing is said of ${pointCount(absent)}, which ${are} incomplete.` : '';
  return { ...verdict, text: `${text}${missing}` };
}

function absentPoints(
  points: SweepPoints,
  { failures }: FinishedSweep,
  states: readonly PointState[],
): AbsentPoint[] {
  const failed = new Map(failures.map(({ point, message }) => [point, lastLine(message)]));
  return states.flatMap(({ done, shards }, point) => {
    if (done === shards) return [];
    const at = points.coordinates(point);
    const failure = failed.get(point);
    return [
      { point, at, missing: shards - done, shards, ...(failure !== undefined && { failure }) },
    ];
  });
}

/** How many of the points that are absent, or that have a warning, are named to a person. */
const MOST_NAMED = 24;

function absenceWarning(absent: readonly AbsentPoint[], points: number): string[] {
  if (absent.length === 0) return [];
  const named = absent.slice(0, MOST_NAMED).map(({ at, missing, shards, failure }) => {
    const how = failure === undefined ? '' : `: ${failure}`;
    return `\n  ${coordinatesInWords(at)}: ${missing} of ${shards} shards are missing${how}`;
  });
  const rest = absent.length - named.length;
  const more = rest > 0 ? `\n  and ${rest} more, in summary.json` : '';
  return [
    `${absent.length} of ${pointCount(points)} ${absent.length === 1 ? 'is' : 'are'} incomplete, and left out of the summary and the figures:${named.join('')}${more}`,
  ];
}

function pointWarnings(found: readonly PointReport[]): string[] {
  const all = found.flatMap(({ title, warnings }) =>
    warnings.map((warning) => `at ${title}: ${warning}`),
  );
  const rest = all.length - MOST_NAMED;
  return rest <= 0
    ? all
    : [...all.slice(0, MOST_NAMED), `${rest} more warnings of points are in points.json.`];
}

function pointCount(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'point' : 'points'}`;
}
