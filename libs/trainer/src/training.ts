import type { Checkpoint, EpochRecord } from './checkpoint.ts';
import type { Engine, TrainingJob, TrainingSession, TrainingSet } from './engine.ts';
import type { Parameters } from './model.ts';

/** A set with the class of each image. */
export interface LabelledSet extends TrainingSet {
  readonly labels: ArrayLike<number>;
}

/** An epoch that has ended, epoch 0 before training included. */
export interface EpochEnd {
  readonly record: EpochRecord;
  /** Of each step of the epoch, before its update. */
  readonly losses: Float64Array;
  /** What `resume` takes. */
  readonly checkpoint: Checkpoint;
  /** For the network's outputs on other images; anything else would disturb the training. */
  readonly session: Pick<TrainingSession, 'outputs'>;
}

export interface Training {
  readonly engine: Engine;
  readonly job: TrainingJob;
  /** The parameters before training, asked for only if the training starts there. */
  readonly initial: () => Parameters;
  /** Whether the initial function is subtracted from the outputs: from the loss and where they are judged. */
  readonly centred?: boolean;
  readonly epochs: number;
  readonly rate: number;
  /** The rows of epoch 1, 2, ..., a batch after the other. */
  readonly order: (epoch: number) => Int32Array;
  /** What the network is judged by after every epoch: the test set, or a part held out. */
  readonly evaluate: LabelledSet;
  /** Called after every epoch and awaited; what it throws ends the training. */
  readonly onEpoch?: (end: EpochEnd) => void | Promise<void>;
  /** Where to go on from. */
  readonly resume?: Checkpoint;
}
