import type { Run } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { spread } from '../spread.ts';
import { estimate, judge, type Estimate } from '../summary.ts';
import { dynamicsFigure } from './figure.ts';
import type { TrainingDynamicsSettings } from './settings.ts';
import type { DynamicsTable } from './table.ts';

const measures = [
  'step',
  'time',
  'moved',
  'distanceToFlow',
  'distanceToDescent',
  'trainLoss',
  'predictedTrainLoss',
  'accuracy',
  'predictedAccuracy',
] as const;
type Measure = (typeof measures)[number];

/** One network's training, snapshot by snapshot. */
export type Trajectory = { readonly size: number; readonly repetition: number } & Readonly<
  Record<Measure, readonly number[]>
>;

export async function reportTrainingDynamics(
  settings: TrainingDynamicsSettings,
  run: Pick<Run, 'batches' | 'notes'>,
): Promise<Report> {
  const trajectories = await readTrajectories(run);
  const bySize = settings.size.map((size) => ({
    size,
    own: trajectories.filter((trajectory) => trajectory.size === size),
  }));
  const distances = bySize.map(({ size, own }) => lastDistance(size, own));
  const exponent = scalingExponent(settings, trajectories);
  const diverged = bySize.map(({ size, own }) =>
    estimate('divergedTrainings', { size }, { value: own.filter(isLost).length }),
  );
  const accuracies = bySize.flatMap(({ size, own }) =>
    (['accuracy', 'predictedAccuracy'] as const).map((measure) =>
      summarised(
        measure === 'accuracy' ? 'testAccuracy' : 'predictedTestAccuracy',
        size,
        own.flatMap((trajectory) => (isLost(trajectory) ? [] : trajectory[measure].at(-1)!)),
      ),
    ),
  );
  const shown = [...distances, ...(exponent ? [exponent] : [])];
  return {
    summary: {
      estimates: [...shown, ...accuracies, ...diverged],
      verdict: judge([], () => sentence(distances, exponent)),
    },
    shown,
    judged: [],
    warnings: bySize.flatMap(({ size, own }) => {
      const lost = own.filter(isLost).length;
      return lost === 0
        ? []
        : [
            `D = L = ${size}: ${lost} of ${own.length} trainings diverged at the rate ${settings.rate}; they are left out. A lower rate may not.`,
          ];
    }),
    artifacts: () => renderFigure(dynamicsFigure(settings, trajectories)),
  };
}

async function readTrajectories(run: Pick<Run, 'batches'>): Promise<Trajectory[]> {
  const found = new Map<string, { size: number; repetition: number } & Record<Measure, number[]>>();
  for await (const batch of run.batches()) {
    const { rows, columns } = batch as Batch<DynamicsTable>;
    for (let row = 0; row < rows; row++) {
      const size = columns.size[row];
      const repetition = columns.repetition[row];
      const name = `${size} ${repetition}`;
      const empty = () => Object.fromEntries(measures.map((measure) => [measure, []]));
      const trajectory = found.get(name) ?? {
        size,
        repetition,
        ...(empty() as unknown as Record<Measure, number[]>),
      };
      found.set(name, trajectory);
      for (const measure of measures) trajectory[measure].push(columns[measure][row]);
    }
  }
  return [...found.values()];
}

/** Whether a training left the finite numbers. */
export function isLost({ moved }: Trajectory): boolean {
  return !Number.isFinite(moved.at(-1));
}

/** How far a network ended from kernel gradient descent, in units of how far it moved. */
function relativeDistance({ distanceToDescent, moved }: Trajectory): number {
  return distanceToDescent.at(-1)! / moved.at(-1)!;
}

function lastDistance(size: number, own: readonly Trajectory[]): Estimate {
  return summarised('relativeDistance', size, own.map(relativeDistance));
}

function summarised(quantity: string, size: number, values: readonly number[]): Estimate {
  const { mean, se } = spread(values.filter(Number.isFinite));
  return estimate(quantity, { size }, { value: mean, se });
}

/**
 * The slope of log(relative distance) in log(size), by least squares over one network of each size;
 * its standard error is that over repetitions, which are independent.
 */
function scalingExponent(
  { size: sizes, repetitions }: TrainingDynamicsSettings,
  trajectories: readonly Trajectory[],
): Estimate | undefined {
  if (sizes.length < 2) return undefined;
  const slopes = Array.from({ length: repetitions }, (_, repetition) => {
    const own = trajectories.filter((trajectory) => trajectory.repetition === repetition);
    return slope(
      own.map(({ size }) => Math.log(size)),
      own.map((trajectory) => Math.log(relativeDistance(trajectory))),
    );
  }).filter(Number.isFinite);
  const { mean, se } = spread(slopes);
  return estimate('scalingExponent', { of: 'relativeDistance' }, { value: mean, se });
}

function slope(x: readonly number[], y: readonly number[]): number {
  const { mean: centreX } = spread(x);
  const { mean: centreY } = spread(y);
  let products = 0;
  let squares = 0;
  x.forEach((value, i) => {
    products += (value - centreX) * (y[i] - centreY);
    squares += (value - centreX) ** 2;
  });
  return products / squares;
}

function sentence(distances: readonly Estimate[], exponent: Estimate | undefined): string {
  const each = distances
    .map(
      ({ at, value }) =>
        `${String(at.size)}: ${value === null ? 'diverged' : value.toPrecision(3)}`,
    )
    .join(', ');
  const scaling =
    exponent?.value == null ? '' : `; it goes as size to the power ${exponent.value.toFixed(2)}`;
  return `No theory is exact at a finite size. Distance of the trained function from kernel gradient descent, relative to how far it moved, by D = L: ${each}${scaling}.`;
}
