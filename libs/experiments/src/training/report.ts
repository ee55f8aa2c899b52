import type { Run } from '@resdiff/runtime';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { binomialError, percent, spread } from '../spread.ts';
import { estimate, judge, type Estimate } from '../summary.ts';
import { trainingFigure } from './figure.ts';
import { partsOf } from './jobs.ts';
import type { LimitNotes } from './limit.ts';
import { readTrainings, type TrainedNetwork } from './results.ts';
import type { TrainingSettings } from './settings.ts';
import type { NetworkNotes } from './shards.ts';
import type { NetworkTask, TrainingTask } from './tasks.ts';

/** What kernel regression with the limiting kernel gets right. */
export interface LimitAccuracy {
  readonly mean: number;
  readonly se: number;
}

export async function reportTraining(
  settings: TrainingSettings,
  run: Pick<Run, 'batches' | 'notes'>,
): Promise<Report> {
  const networks = await readTrainings(run);
  const limit = limitOf(run.notes);
  const accuracies = networks.map((network) => accuracyOf(settings, network, limit));
  return {
    summary: {
      estimates: [
        ...(limit ? [limitEstimate(limit)] : []),
        ...accuracies,
        ...networks.flatMap(otherEstimates),
      ],
      verdict: judge([], () => sentence(settings, networks, limit)),
    },
    shown: [...(limit ? [limitEstimate(limit)] : []), ...accuracies],
    judged: [],
    warnings: [...networks.flatMap(divergenceWarning), ...edgeWarnings(settings, run.notes)],
    artifacts: () => renderFigure(trainingFigure(settings, networks, limit)),
  };
}

function limitOf(notes: Run['notes']): LimitAccuracy | undefined {
  const limits = notes.flatMap(({ task, notes }) =>
    (task as TrainingTask).kind === 'limit' ? [notes as LimitNotes] : [],
  );
  if (limits.length === 0) return undefined;
  const { mean, se } = spread(limits.map(({ correct, count }) => correct / count));
  return { mean, se: se ?? binomialError(mean, limits[0].count) };
}

function limitEstimate({ mean, se }: LimitAccuracy): Estimate {
  return estimate('testAccuracy', { size: 'infinite' }, { value: mean, se });
}

/** The limit is that of gradient descent, so Adam is not held against it. */
function accuracyOf(
  { testImages }: TrainingSettings,
  { size, method, repetitions }: TrainedNetwork,
  limit: LimitAccuracy | undefined,
): Estimate {
  const finals = repetitions.flatMap(({ accuracy }) => finite(accuracy.at(-1)));
  const { mean, se, count } = spread(finals);
  return estimate(
    'testAccuracy',
    { size, optimizer: method },
    { value: mean, se: count === 1 ? binomialError(mean, testImages) : se },
    limit && !partsOf(method).adam
      ? { expected: limit.mean, source: 'kernel regression at infinite size' }
      : {},
  );
}

function otherEstimates({ size, method, repetitions }: TrainedNetwork): Estimate[] {
  const at = { size, optimizer: method };
  const of = (quantity: string, values: readonly number[]) => {
    const { mean, se } = spread(values);
    return estimate(quantity, at, { value: mean, se });
  };
  const diverged = repetitions.filter(({ accuracy }) => Number.isNaN(accuracy.at(-1))).length;
  return [
    of(
      'learningRate',
      repetitions.map(({ rate }) => rate),
    ),
    of(
      'trainLoss',
      repetitions.flatMap(({ trainLoss }) => finite(trainLoss.at(-1))),
    ),
    estimate('divergedTrainings', at, { value: diverged }),
  ];
}

function sentence(
  settings: TrainingSettings,
  networks: readonly TrainedNetwork[],
  limit: LimitAccuracy | undefined,
): string {
  const largest = settings.size.at(-1)!;
  const each = networks
    .filter(({ size }) => size === largest)
    .map((network) => {
      const { value } = accuracyOf(settings, network, limit);
      return `${network.method} ${value === null ? 'diverged' : percent(value)}`;
    })
    .join(', ');
  const beside = limit
    ? `; kernel regression, the limit of gradient descent, ${percent(limit.mean)}`
    : '';
  return `No theory is exact at a finite size. Test accuracy on ${settings.data} at D = L = ${largest}: ${each}${beside}.`;
}

function divergenceWarning({ size, method, repetitions }: TrainedNetwork): string[] {
  const diverged = repetitions.filter(({ accuracy }) => Number.isNaN(accuracy.at(-1))).length;
  return diverged === 0
    ? []
    : [
        `${method} at D = L = ${size}: ${diverged} of ${repetitions.length} trainings diverged; they are left out of accuracies. A lower rate may not.`,
      ];
}

function edgeWarnings(settings: TrainingSettings, notes: Run['notes']): string[] {
  const atEdge = notes.flatMap(({ task, notes }) => {
    const { kind } = task as TrainingTask;
    const edge = kind === 'network' ? (notes as NetworkNotes).atEdge : null;
    if (edge === null) return [];
    const { size, method } = task as NetworkTask;
    return [`${method} at D = L = ${size} (the ${edge === 'from' ? 'lowest' : 'highest'})`];
  });
  return atEdge.length === 0
    ? []
    : [
        `The best rate was at an end of the searched range for ${[...new Set(atEdge)].join(', ')}: a better one may lie beyond; widen searchDescent ${JSON.stringify(settings.searchDescent)} or searchAdam ${JSON.stringify(settings.searchAdam)}.`,
      ];
}

function finite(value: number | undefined): number[] {
  return value !== undefined && Number.isFinite(value) ? [value] : [];
}
