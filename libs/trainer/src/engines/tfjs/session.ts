import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { checkJob } from '../../check.ts';
import type { TrainingJob, TrainingSession, TrainingState } from '../../engine.ts';
import type { Parameters, ParameterTensor } from '../../model.ts';
import { checkOrder } from '../../order.ts';
import { parameterTensors } from '../../parameters.ts';
import { tensorActivation } from './activations.ts';
import {
  networkOutputs,
  rowsInMemory,
  summedGradients,
  type LossAndGradients,
  type TensorRows,
  type Tensors,
} from './network.ts';
import { updated, type TrainedTensor } from './optimizer.ts';
import type { LoadedTensorflow } from './package.ts';

/**
 * Opens a job on TensorFlow.js. The training set stays on the device until the session is closed.
 *
 * @param stepMemory bytes that the intermediate results of a step may take.
 * @throws {RangeError} if the job cannot be, or its activation has no form in tensor operations.
 */
export async function openTfjsSession(
  { tf, activate }: LoadedTensorflow,
  job: TrainingJob,
  stepMemory: number,
): Promise<TrainingSession> {
  checkJob(job);
  const { model, optimizer, batch, data } = job;
  const { network } = model;
  const { depth, inputs, outputs } = network;
  const form = { depth, activation: tensorActivation(network.activation), loss: model.loss };
  const partRows = rowsInMemory(network, stepMemory);
  const tensors = parameterTensors(model);
  const trainable = tensors.filter(({ trained }) => trained);
  const trainableNames = trainable.map(({ name }) => name);

  await activate();
  const images = tf.tensor2d(data.images, [data.count, inputs]);
  const targets = tf.tensor2d(data.targets, [data.count, outputs]);
  let offsets: Tensor2D | undefined;
  let step = 0;
  let frozen: Tensors = {};
  let trained: Record<string, TrainedTensor> = {};

  const parameter = (name: string): Tensor => frozen[name] ?? trained[name].parameter;

  const weights = (): Tensors =>
    byName(tensors, ({ name, scale }) => tf.mul(parameter(name), scale));

  function rowsAt(indices: Int32Array): TensorRows {
    const rows = tf.tensor1d(indices, 'int32');
    return {
      images: tf.gather(images, rows),
      targets: tf.gather(targets, rows),
      ...(offsets && { offsets: tf.gather(offsets, rows) }),
    };
  }

  function batchGradients(applied: Tensors, rows: Int32Array): LossAndGradients {
    const partFrom = (start: number) => {
      const part = rowsAt(rows.subarray(start, start + partRows));
      return summedGradients(tf, form, applied, trainableNames, part);
    };
    let sums = tf.tidy(() => partFrom(0));
    for (let start = partRows; start < rows.length; start += partRows) {
      const before = sums;
      sums = tf.tidy(() => {
        const { loss, gradients } = partFrom(start);
        return {
          loss: tf.add<Scalar>(before.loss, loss),
          gradients: byName(trainable, ({ name }) =>
            tf.add(before.gradients[name], gradients[name]),
          ),
        };
      });
      tf.dispose(before);
    }
    return sums;
  }

  /** Takes a step and returns the batch's loss before it. */
  function takeStep(rows: Int32Array, rate: number): Scalar {
    step++;
    const { loss, next } = tf.tidy(() => {
      const sums = batchGradients(weights(), rows);
      const next = byName(trainable, ({ name, scale }) => {
        const [factor, pace] = model.gradients === 'standard' ? [1, rate / scale] : [scale, rate];
        return tf.tidy(() => {
          const gradient = tf.mul(sums.gradients[name], factor / batch);
          return updated(tf, optimizer, trained[name], gradient, { rate: pace, step });
        });
      });
      return { loss: tf.div<Scalar>(sums.loss, batch), next };
    });
    tf.dispose(trained);
    trained = next;
    return loss;
  }

  function uploaded({ name, shape }: ParameterTensor, values: Parameters): Tensor {
    return tf.tensor(values[name].slice(), [...shape]);
  }

  function trainedFrom(tensor: ParameterTensor, { parameters, moments }: TrainingState) {
    const parameter = uploaded(tensor, parameters);
    if (optimizer.kind === 'gradient-descent') return { parameter };
    const start = (of: Parameters | undefined) =>
      of ? uploaded(tensor, of) : tf.zeros([...tensor.shape]);
    return {
      parameter,
      moments: { first: start(moments?.first), second: start(moments?.second) },
    };
  }

  function dispose() {
    tf.dispose([frozen, trained, offsets]);
  }

  return {
    async load(state, newOffsets) {
      await activate();
      dispose();
      step = state.step;
      trained = byName(trainable, (tensor) => trainedFrom(tensor, state));
      frozen = byName(
        tensors.filter(({ trained }) => !trained),
        (tensor) => uploaded(tensor, state.parameters),
      );
      offsets = newOffsets && tf.tensor2d(newOffsets.slice(), [data.count, outputs]);
    },
    async state() {
      await activate();
      const parameters = byName(tensors, ({ name }) => downloaded(parameter(name)));
      if (optimizer.kind === 'gradient-descent') return { step, parameters };
      const moment = (which: 'first' | 'second') =>
        byName(trainable, ({ name }) => downloaded(trained[name].moments![which]));
      return { step, parameters, moments: { first: moment('first'), second: moment('second') } };
    },
    async run(order, rate) {
      checkOrder(order, batch, data.count);
      if (order.length === 0) return new Float64Array();
      await activate();
      const losses = Array.from({ length: order.length / batch }, (_, k) =>
        takeStep(order.subarray(k * batch, (k + 1) * batch), rate),
      );
      const read = tf.tidy(() => downloaded(tf.stack(losses)));
      tf.dispose(losses);
      return Float64Array.from(read);
    },
    async outputs(inputImages) {
      await activate();
      const count = inputImages.length / inputs;
      const values = new Float32Array(count * outputs);
      tf.tidy(() => {
        const applied = weights();
        for (let start = 0; start < count; start += partRows) {
          const rows = Math.min(partRows, count - start);
          const part = inputImages.subarray(start * inputs, (start + rows) * inputs);
          const y = tf.tidy(() =>
            networkOutputs(tf, form, applied, tf.tensor2d(part, [rows, inputs])),
          );
          values.set(y.dataSync(), start * outputs);
          y.dispose();
        }
      });
      return values;
    },
    async close() {
      await activate();
      dispose();
      tf.dispose([images, targets]);
    },
  };
}

/** A copy in JavaScript's memory. */
function downloaded(tensor: Tensor): Float32Array {
  return tensor.dataSync<'float32'>().slice();
}

function byName<Value>(
  tensors: readonly ParameterTensor[],
  value: (tensor: ParameterTensor) => Value,
): Record<string, Value> {
  return Object.fromEntries(tensors.map((tensor) => [tensor.name, value(tensor)]));
}
