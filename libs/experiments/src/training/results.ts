import type { Run } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import type { Method } from './settings.ts';
import { optimizers, phases, type TrainingTable } from './table.ts';

/** The final training of a network, epoch by epoch; NaN once it diverged. */
export interface FinalTraining {
  readonly rate: number;
  readonly trainLoss: readonly number[];
  readonly accuracy: readonly number[];
}

/** All repetitions of one size and method, in the order of the table. */
export interface TrainedNetwork {
  readonly size: number;
  readonly method: Method;
  readonly repetitions: readonly FinalTraining[];
}

/** The final trainings of the merged table. */
export async function readTrainings(run: Pick<Run, 'batches'>): Promise<TrainedNetwork[]> {
  const final = phases.indexOf('final');
  const networks = new Map<string, TrainedNetwork>();
  const trainings = new Map<string, { rate: number; trainLoss: number[]; accuracy: number[] }>();
  for await (const batch of run.batches()) {
    const { rows, columns } = batch as Batch<TrainingTable>;
    for (let row = 0; row < rows; row++) {
      if (columns.phase[row] !== final) continue;
      const size = columns.size[row];
      const centred = columns.centred[row] === 1 ? '-centred' : '';
      const method: Method = `${optimizers[columns.optimizer[row]]}${centred}`;
      const name = `${size} ${method}`;
      const network = networks.get(name) ?? { size, method, repetitions: [] };
      networks.set(name, network);
      const repetition = `${name} ${columns.repetition[row]}`;
      let training = trainings.get(repetition);
      if (!training) {
        training = { rate: columns.rate[row], trainLoss: [], accuracy: [] };
        trainings.set(repetition, training);
        (network.repetitions as FinalTraining[]).push(training);
      }
      training.trainLoss.push(columns.trainLoss[row]);
      training.accuracy.push(columns.accuracy[row]);
    }
  }
  return [...networks.values()];
}
