import type { Checkpoint } from './checkpoint.ts';
import type { TrainingJob, TrainingSet } from './engine.ts';
import type { Model, Parameters, ParameterTensor } from './model.ts';
import { parameterTensors } from './parameters.ts';
import type { LabelledSet, Training } from './training.ts';

/**
 * Refuses a job that cannot be: sets whose arrays are not of the lengths that the model asks for, a
 * batch that is none, tensors that standard gradients cannot train.
 *
 * @throws {RangeError} which names the thing, its value and what would be right.
 */
export function checkJob({ model, batch, data, optimizer }: TrainingJob): void {
  checkSet('training', model, data);
  if (!(Number.isInteger(batch) && batch >= 1 && batch <= data.count)) {
    throw new RangeError(
      `a batch of ${batch} cannot be taken from a training set of ${data.count} images`,
    );
  }
  if (optimizer.kind === 'adam') {
    for (const name of ['beta1', 'beta2'] as const) {
      if (!(optimizer[name] >= 0 && optimizer[name] < 1)) {
        throw new RangeError(`${name} of Adam is in [0, 1), not ${optimizer[name]}`);
      }
    }
    if (!(optimizer.epsilon > 0 && optimizer.epsilon < Infinity)) {
      throw new RangeError(`epsilon of Adam is positive, not ${optimizer.epsilon}`);
    }
  }
  if (model.gradients === 'standard') {
    const fixed = parameterTensors(model).find(({ trained, scale }) => trained && scale === 0);
    if (fixed) {
      throw new RangeError(
        `${fixed.name} has scale 0, so standard gradients cannot train it: take reparametrised ones, ` +
          'which leave it at 0, or a positive scale',
      );
    }
  }
}

/** @throws {RangeError} if an array of the set is not as long as its count and the model ask for. */
export function checkSet(name: string, { network }: Model, set: TrainingSet): void {
  if (!(Number.isInteger(set.count) && set.count >= 1)) {
    throw new RangeError(`the ${name} set has 1 image or more, not ${set.count}`);
  }
  const widths = { images: network.inputs, targets: network.outputs };
  for (const [array, columns] of Object.entries(widths) as ['images' | 'targets', number][]) {
    if (set[array].length !== set.count * columns) {
      throw new RangeError(
        `the ${array} of the ${name} set are ${set.count} x ${columns} numbers, not ${set[array].length}`,
      );
    }
  }
}

/** @throws {RangeError} if the tensors are not those of the model. */
export function checkParameters(model: Model, parameters: Parameters): void {
  checkTensors('parameter tensor', parameterTensors(model), parameters);
}

function checkTensors(
  what: string,
  tensors: readonly ParameterTensor[],
  parameters: Parameters,
): void {
  for (const { name, shape } of tensors) {
    const size = shape.reduce((size, extent) => size * extent, 1);
    const given = Object.hasOwn(parameters, name) ? parameters[name].length : 'none';
    if (given !== size) {
      throw new RangeError(`${what} ${name} has ${shape.join(' x ')} numbers, not ${given}`);
    }
  }
}

/** @throws {RangeError} if a training cannot be, or cannot go on from where it is to. */
export function checkTraining(training: Training): void {
  const { job, epochs, rate, evaluate, resume } = training;
  checkJob(job);
  checkLabels(job.model, evaluate);
  if (!(Number.isInteger(epochs) && epochs >= 0)) {
    throw new RangeError(`the epochs of a training are a whole number, not ${epochs}`);
  }
  if (!(rate > 0 && rate < Infinity)) {
    throw new RangeError(`a learning rate is a positive number, not ${rate}`);
  }
  if (resume) checkResume(training, resume);
}

function checkLabels(model: Model, evaluate: LabelledSet): void {
  checkSet('evaluation', model, evaluate);
  const { outputs } = model.network;
  if (evaluate.labels.length !== evaluate.count) {
    throw new RangeError(
      `the evaluation set has ${evaluate.count} images and ${evaluate.labels.length} labels`,
    );
  }
  const isClass = (label: number) => Number.isInteger(label) && label >= 0 && label < outputs;
  const label = Array.from(evaluate.labels).find((label) => !isClass(label));
  if (label !== undefined) {
    throw new RangeError(`label ${label} is none of the ${outputs} classes, 0 to ${outputs - 1}`);
  }
}

function checkResume({ job, centred, epochs, evaluate }: Training, resume: Checkpoint): void {
  const { model, optimizer, data } = job;
  const { epoch, state, initialOutputs } = resume;
  if (epoch > epochs) {
    throw new RangeError(`a checkpoint of epoch ${epoch} cannot go on to epoch ${epochs}`);
  }
  checkParameters(model, state.parameters);
  if ((optimizer.kind === 'adam') !== (state.moments !== undefined)) {
    throw new RangeError(
      `a checkpoint ${state.moments ? 'with' : 'without'} moments is not of ${optimizer.kind}`,
    );
  }
  if (state.moments) {
    const trained = parameterTensors(model).filter(({ trained }) => trained);
    checkTensors('first moment of', trained, state.moments.first);
    checkTensors('second moment of', trained, state.moments.second);
  }
  if ((centred ?? false) !== (initialOutputs !== undefined)) {
    throw new RangeError(
      `a checkpoint ${initialOutputs ? 'with' : 'without'} initial outputs is not of a training ` +
        `that is ${centred ? '' : 'not '}centred`,
    );
  }
  for (const [name, { count }] of [['train', data] as const, ['test', evaluate] as const]) {
    const size = count * model.network.outputs;
    if (initialOutputs && initialOutputs[name].length !== size) {
      throw new RangeError(
        `the checkpoint has ${initialOutputs[name].length} initial outputs (${name}), not ${size}`,
      );
    }
  }
}
