import { checkParameters, checkTraining } from './check.ts';
import type { Checkpoint, TrainingHistory } from './checkpoint.ts';
import type { TrainingSession } from './engine.ts';
import { accuracy, lossOf } from './losses.ts';
import type { Training } from './training.ts';

/**
 * Trains for some epochs, or until it diverges: a loss or a parameter that is not finite is
 * recorded and ends the training. Its parameters are in the checkpoints that `onEpoch` is given:
 * none is kept here, so that a training takes the memory of its session and of one state.
 *
 * @returns how it went; on from the records of `resume`, if that is where it started.
 * @throws {RangeError} if the training cannot be: a batch larger than its set, arrays of other
 *   lengths, a checkpoint of another network.
 */
export async function train(training: Training): Promise<TrainingHistory> {
  checkTraining(training);
  const { engine, job, epochs, rate, order, resume } = training;
  if (resume && isOver(resume, epochs)) return historyOf(resume);
  const session = await engine.open(job);
  try {
    let history = resume
      ? await restart(session, resume)
      : await endEpoch(session, training, await start(session, training));
    while (!isOver(history, epochs)) {
      const epoch = history.records.length;
      const rows = order(epoch);
      if (rows.length === 0) throw new RangeError(`the order of epoch ${epoch} has no rows`);
      const losses = await session.run(rows, rate);
      const trainLoss = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
      history = await endEpoch(session, training, { history, losses, trainLoss });
    }
    return history;
  } finally {
    await session.close();
  }
}

/** An epoch whose steps are taken, before it is judged. */
interface Steps {
  /** Before the epoch. */
  readonly history: TrainingHistory;
  readonly losses: Float64Array;
  readonly trainLoss: number;
}

function isOver({ records, divergedAt }: TrainingHistory, epochs: number): boolean {
  return records.length > epochs || divergedAt !== undefined;
}

/** Loads the initial parameters, and finds their loss and what `centred` training subtracts. */
async function start(session: TrainingSession, training: Training): Promise<Steps> {
  const { initial, centred, evaluate } = training;
  const { model, data } = training.job;
  const state = { step: 0, parameters: initial() };
  checkParameters(model, state.parameters);
  await session.load(state);
  const train = await session.outputs(data.images);
  const judged = centred ? minus(train, train) : train;
  const steps = {
    history: { records: [] },
    losses: new Float64Array(0),
    trainLoss: lossOf(model.loss, judged, data.targets, model.network.outputs),
  };
  if (!centred) return steps;
  const test = await session.outputs(evaluate.images);
  await session.load(state, train);
  return { ...steps, history: { records: [], initialOutputs: { train, test } } };
}

async function restart(session: TrainingSession, resume: Checkpoint): Promise<TrainingHistory> {
  await session.load(resume.state, resume.initialOutputs?.train);
  return historyOf(resume);
}

function historyOf({ records, divergedAt, initialOutputs }: TrainingHistory): TrainingHistory {
  return {
    records,
    ...(divergedAt !== undefined && { divergedAt }),
    ...(initialOutputs && { initialOutputs }),
  };
}

/** Judges the network at the end of an epoch, and tells of it. */
async function endEpoch(
  session: TrainingSession,
  { job: { model }, evaluate, onEpoch }: Training,
  { history, losses, trainLoss }: Steps,
): Promise<TrainingHistory> {
  const classes = model.network.outputs;
  const outputs = minus(await session.outputs(evaluate.images), history.initialOutputs?.test);
  const epoch = history.records.length;
  const record = {
    epoch,
    trainLoss,
    testLoss: lossOf(model.loss, outputs, evaluate.targets, classes),
    testAccuracy: accuracy(outputs, evaluate.labels, classes),
  };
  const state = await session.state();
  const finite =
    Number.isFinite(record.trainLoss) &&
    Number.isFinite(record.testLoss) &&
    Object.values(state.parameters).every(isFinite);
  const now: TrainingHistory = {
    ...history,
    records: [...history.records, record],
    ...(!finite && { divergedAt: epoch }),
  };
  await onEpoch?.({ record, losses, checkpoint: { ...now, epoch, state }, session });
  return now;
}

function minus(outputs: Float32Array, offsets?: Float32Array): ArrayLike<number> {
  return offsets ? Float64Array.from(outputs, (y, i) => y - offsets[i]) : outputs;
}

function isFinite(tensor: Float32Array): boolean {
  for (let i = 0; i < tensor.length; i++) if (!Number.isFinite(tensor[i])) return false;
  return true;
}
