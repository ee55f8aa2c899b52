import type { Run } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { binomialError, percent } from '../spread.ts';
import { estimate, judge, type Estimate } from '../summary.ts';
import { lossesFigure } from './figure.ts';
import { parametrisations, type ReparametrisationSettings } from './settings.ts';
import type { EpochNotes, EpochTask } from './shards.ts';
import type { LossesTable } from './table.ts';

/** How one network's epoch went. */
export interface Epoch extends Pick<EpochTask, 'gradients' | 'depth' | 'width'> {
  readonly losses: Float64Array;
  /** Share of the test images classified rightly after it; undefined if it diverged. */
  readonly accuracy?: number;
}

/** Accuracies that [PF20] section 4.3 prints. */
const PAPER = { source: '[PF20] section 4.3', reparametrised: [0.871, 0.906], standard: 0.724 };

export async function reportReparametrisation(
  settings: ReparametrisationSettings,
  run: Pick<Run, 'batches' | 'notes'>,
): Promise<Report> {
  const epochs = await readEpochs(run);
  const count = (run.notes[0].notes as EpochNotes).count;
  const accuracies = epochs.map(({ gradients, depth, width, accuracy }) =>
    estimate(
      'testAccuracy',
      { gradients, depth, width },
      {
        value: accuracy ?? null,
        se: accuracy === undefined ? null : binomialError(accuracy, count),
      },
    ),
  );
  const ranges = settings.gradients.flatMap((gradients) => rangeOf(settings, gradients, epochs));
  return {
    summary: {
      estimates: [...ranges, ...accuracies],
      verdict: judge([], () => sentence(settings, epochs)),
    },
    shown: [...ranges, ...accuracies],
    judged: [],
    warnings: divergenceWarnings(settings, epochs),
    artifacts: () => renderFigure(lossesFigure(settings, epochs)),
  };
}

async function readEpochs(run: Pick<Run, 'batches' | 'notes'>): Promise<Epoch[]> {
  const losses = new Map<string, number[]>();
  const nameOf = ({ gradients, depth, width }: Omit<Epoch, 'losses'>) =>
    `${gradients} ${depth} ${width}`;
  for await (const batch of run.batches()) {
    const { rows, columns } = batch as Batch<LossesTable>;
    for (let row = 0; row < rows; row++) {
      const gradients = parametrisations[columns.gradients[row]];
      const name = nameOf({ gradients, depth: columns.depth[row], width: columns.width[row] });
      const found = losses.get(name) ?? [];
      losses.set(name, found);
      found.push(columns.loss[row]);
    }
  }
  return run.notes.map(({ task, notes }) => {
    const { gradients, depth, width } = task as EpochTask;
    const epoch = { gradients, depth, width };
    const { correct, count } = notes as EpochNotes;
    return {
      ...epoch,
      losses: Float64Array.from(losses.get(nameOf(epoch)) ?? []),
      ...(correct !== null && { accuracy: correct / count }),
    };
  });
}

/** Whether these are the paper's settings, but for the rates, depths and widths. */
function isPapers(settings: ReparametrisationSettings): boolean {
  const { data, trainImages, testImages, batch, activation, loss } = settings;
  const { T, sigmaW, sigmaB, sigmaZ, sigmaY, outerLayers } = settings;
  return (
    data === 'mnist' &&
    activation === 'tanh' &&
    loss === 'cross-entropy' &&
    outerLayers === 'trained' &&
    [trainImages, testImages, batch].join() === '60000,10000,200' &&
    [T, sigmaW, sigmaB, sigmaZ, sigmaY].join() === '1,1,1,fan-in,1'
  );
}

/** The lowest and the highest accuracy over all depths and widths, beside those that the paper prints. */
function rangeOf(
  settings: ReparametrisationSettings,
  gradients: EpochTask['gradients'],
  epochs: readonly Epoch[],
): Estimate[] {
  const own = epochs.filter((epoch) => epoch.gradients === gradients);
  const accuracies = own.flatMap(({ accuracy }) => accuracy ?? []);
  const extremes = [
    ['lowest', Math.min(...accuracies)],
    ['highest', Math.max(...accuracies)],
  ] as const;
  const printed = gradients === 'reparametrised' ? PAPER.reparametrised : [null, PAPER.standard];
  const expected = (i: number) => (isPapers(settings) ? printed[i] : null);
  return [
    ...(accuracies.length === 0
      ? []
      : extremes.map(([of, value], i) =>
          estimate(
            'testAccuracy',
            { gradients, of },
            { value },
            { expected: expected(i), source: PAPER.source },
          ),
        )),
    estimate('divergedTrainings', { gradients }, { value: own.length - accuracies.length }),
  ];
}

function sentence(settings: ReparametrisationSettings, epochs: readonly Epoch[]): string {
  const each = settings.gradients.map((gradients) => {
    const own = epochs.filter((epoch) => epoch.gradients === gradients);
    const accuracies = own.flatMap(({ accuracy }) => accuracy ?? []);
    const diverged = own.length - accuracies.length;
    const range =
      accuracies.length === 0
        ? 'none ended'
        : `${percent(Math.min(...accuracies))} to ${percent(Math.max(...accuracies))}`;
    return `${gradients} ${range}${diverged === 0 ? '' : `, ${diverged} of ${own.length} diverged`}`;
  });
  return `Nothing is exact here. Test accuracy on ${settings.data} after one epoch at one rate, over all depths and widths: ${each.join('; ')}.`;
}

function divergenceWarnings(
  settings: ReparametrisationSettings,
  epochs: readonly Epoch[],
): string[] {
  return settings.gradients.flatMap((gradients) => {
    const diverged = epochs.filter(
      (epoch) => epoch.gradients === gradients && epoch.accuracy === undefined,
    );
    if (diverged.length === 0) return [];
    const where = diverged.map(({ depth, width }) => `L = ${depth}, D = ${width}`).join('; ');
    return [`${gradients}: training diverged at ${where}.`];
  });
}
