import type { CompletedNetwork } from '@resdiff/networks';
import type {
  Engine,
  Model,
  Parameters,
  TrainingJob,
  TrainingSession,
  TrainingState,
} from '../src/index.ts';

/** Tensors by name, row-major, in f64. */
export type Tensors = Record<string, Float64Array>;

/** Rows of a training set in f64, with what is subtracted from the outputs. */
export interface Rows {
  readonly images: Float64Array;
  readonly targets: Float64Array;
  readonly offsets: Float64Array;
}

/** Widens tensors to f64. */
export function widen(parameters: Parameters): Tensors {
  return mapTensors(parameters, (tensor) => Float64Array.from(tensor));
}

/** The factors s by which a network applies the tensors A, W, b and G. */
export function referenceScales(network: CompletedNetwork): Record<string, number> {
  const { width, depth, T, sigmaW, sigmaB, sigmaZ, sigmaY } = network;
  return {
    A: sigmaZ,
    W: sigmaW * Math.sqrt(T / (depth * width)),
    b: sigmaB * Math.sqrt(T / depth),
    G: sigmaY / Math.sqrt(width),
  };
}

/** Outputs of a network, count x outputs, and what the backward pass needs of every image. */
function forward(network: CompletedNetwork, parameters: Tensors, images: Float64Array) {
  const { width, depth, inputs, outputs, activation } = network;
  const scale = referenceScales(network);
  const count = images.length / inputs;
  const y = new Float64Array(count * outputs);
  const passes = Array.from({ length: count }, (_, image) => {
    const z = images.subarray(image * inputs, (image + 1) * inputs);
    const first = new Float64Array(width);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < inputs; j++) first[i] += scale.A * parameters.A[i * inputs + j] * z[j];
    }
    const states = [first];
    const preactivations: Float64Array[] = [];
    for (let layer = 0; layer < depth; layer++) {
      const W = parameters[`W.${layer}`];
      const b = parameters[`b.${layer}`];
      const x = states[layer];
      const h = b.map((bias) => scale.b * bias);
      for (let i = 0; i < width; i++) {
        for (let j = 0; j < width; j++) h[i] += scale.W * W[i * width + j] * x[j];
      }
      preactivations.push(h);
      states.push(x.map((value, i) => value + activation.phi(h[i])));
    }
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < width; i++) {
        y[image * outputs + o] += scale.G * parameters.G[o * width + i] * states[depth][i];
      }
    }
    return { z, states, preactivations };
  });
  return { y, passes };
}

/** The outputs of a network, count x outputs, without offsets. */
export function referenceOutputs(
  network: CompletedNetwork,
  parameters: Tensors,
  images: Float64Array,
): Float64Array {
  return forward(network, parameters, images).y;
}

/** The loss of outputs, and its gradient with respect to them. */
function lossOf({ loss, network: { outputs } }: Model, y: Float64Array, rows: Rows) {
  const count = y.length / outputs;
  const dy = new Float64Array(y.length);
  let sum = 0;
  for (let start = 0; start < y.length; start += outputs) {
    const own = y.slice(start, start + outputs).map((value, o) => value - rows.offsets[start + o]);
    const targets = rows.targets.subarray(start, start + outputs);
    if (loss === 'mse') {
      for (let o = 0; o < outputs; o++) {
        sum += (own[o] - targets[o]) ** 2 / (count * outputs);
        dy[start + o] = (2 * (own[o] - targets[o])) / (count * outputs);
      }
    } else {
      const largest = Math.max(...own);
      const total = own.reduce((total, value) => total + Math.exp(value - largest), 0);
      const mass = targets.reduce((mass, target) => mass + target, 0);
      for (let o = 0; o < outputs; o++) {
        sum -= (targets[o] * (own[o] - largest - Math.log(total))) / count;
        dy[start + o] = ((mass * Math.exp(own[o] - largest)) / total - targets[o]) / count;
      }
    }
  }
  return { loss: sum, dy };
}

/** The loss of a model on some rows. */
export function referenceLoss(model: Model, parameters: Tensors, rows: Rows): number {
  return lossOf(model, referenceOutputs(model.network, parameters, rows.images), rows).loss;
}

/** The loss, and its gradients as the model defines them, of the tensors that are trained. */
export function referenceGradients(
  model: Model,
  parameters: Tensors,
  rows: Rows,
): { loss: number; gradients: Tensors } {
  const { network, trains } = model;
  const { width, depth, inputs, outputs, activation } = network;
  const scale = referenceScales(network);
  const { y, passes } = forward(network, parameters, rows.images);
  const { loss, dy } = lossOf(model, y, rows);
  const gradients = mapTensors(parameters, (tensor) => new Float64Array(tensor.length));
  passes.forEach(({ z, states, preactivations }, image) => {
    const dx = new Float64Array(width);
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < width; i++) {
        const slope = dy[image * outputs + o];
        gradients.G[o * width + i] += slope * states[depth][i];
        dx[i] += scale.G * parameters.G[o * width + i] * slope;
      }
    }
    for (let layer = depth - 1; layer >= 0; layer--) {
      const dh = dx.map((slope, i) => slope * activation.dphi(preactivations[layer][i]));
      const [W, dW, db] = [
        parameters[`W.${layer}`],
        gradients[`W.${layer}`],
        gradients[`b.${layer}`],
      ];
      const x = states[layer];
      for (let i = 0; i < width; i++) {
        db[i] += dh[i];
        for (let j = 0; j < width; j++) {
          dW[i * width + j] += dh[i] * x[j];
          dx[j] += scale.W * W[i * width + j] * dh[i];
        }
      }
    }
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < inputs; j++) gradients.A[i * inputs + j] += dx[i] * z[j];
    }
  });
  if (!trains.input) delete gradients.A;
  if (!trains.output) delete gradients.G;
  if (model.gradients === 'standard') return { loss, gradients };
  return { loss, gradients: mapTensors(gradients, (g, name) => g.map((x) => scale[name[0]] * x)) };
}

/**
 * An engine of naive loops in f64, the oracle of the others.
 *
 * @param round what is done to a parameter or a moment after a step: `Math.fround` makes it an
 *   engine whose states are exact in f32.
 */
export function referenceEngine(round: (value: number) => number = (value) => value): Engine {
  return {
    name: 'reference',
    version: 'reference',
    device: 'cpu',
    open: (job) => Promise.resolve(referenceSession(job, round)),
  };
}

function referenceSession(
  { model, optimizer, batch, data }: TrainingJob,
  round: (value: number) => number,
): TrainingSession {
  const { network } = model;
  let step = 0;
  let parameters: Tensors = {};
  let first: Tensors = {};
  let second: Tensors = {};
  let allOffsets: ArrayLike<number> = [];

  const pick = (source: ArrayLike<number>, rows: Int32Array, columns: number) =>
    Float64Array.from(
      { length: rows.length * columns },
      (_, i) => source[rows[Math.floor(i / columns)] * columns + (i % columns)],
    );

  function take(rows: Int32Array, rate: number): number {
    const { loss, gradients } = referenceGradients(model, parameters, {
      images: pick(data.images, rows, network.inputs),
      targets: pick(data.targets, rows, network.outputs),
      offsets: pick(allOffsets, rows, network.outputs),
    });
    step++;
    for (const [name, gradient] of Object.entries(gradients)) {
      const unit = model.gradients === 'standard' ? referenceScales(network)[name[0]] : 1;
      gradient.forEach((g, i) => {
        let direction = g;
        if (optimizer.kind === 'adam') {
          const { beta1, beta2, epsilon } = optimizer;
          first[name][i] = round(beta1 * first[name][i] + (1 - beta1) * g);
          second[name][i] = round(beta2 * second[name][i] + (1 - beta2) * g * g);
          const mean = first[name][i] / (1 - beta1 ** step);
          const square = second[name][i] / (1 - beta2 ** step);
          direction = mean / (Math.sqrt(square) + epsilon);
        }
        parameters[name][i] = round(parameters[name][i] - (rate * direction) / unit);
      });
    }
    return loss;
  }

  return {
    load(state: TrainingState, offsets?: Float32Array) {
      step = state.step;
      parameters = widen(state.parameters);
      const trained = Object.fromEntries(
        Object.entries(parameters).filter(
          ([name]) => (name !== 'A' || model.trains.input) && (name !== 'G' || model.trains.output),
        ),
      );
      const zeros = () => mapTensors(trained, (tensor) => new Float64Array(tensor.length));
      first = state.moments ? widen(state.moments.first) : zeros();
      second = state.moments ? widen(state.moments.second) : zeros();
      allOffsets = offsets?.slice() ?? new Float32Array(data.count * network.outputs);
      return Promise.resolve();
    },
    state: () =>
      Promise.resolve({
        step,
        parameters: narrow(parameters),
        ...(optimizer.kind === 'adam' && {
          moments: { first: narrow(first), second: narrow(second) },
        }),
      }),
    run(order: Int32Array, rate: number) {
      if (order.length % batch !== 0) {
        return Promise.reject(new RangeError(`${order.length} rows in batches of ${batch}`));
      }
      const outside = order.find((row) => row < 0 || row >= data.count);
      if (outside !== undefined) {
        return Promise.reject(new RangeError(`row ${outside} of ${data.count}`));
      }
      const losses = Float64Array.from({ length: order.length / batch }, (_, k) =>
        take(order.subarray(k * batch, (k + 1) * batch), rate),
      );
      return Promise.resolve(losses);
    },
    outputs: (images: Float32Array) =>
      Promise.resolve(
        Float32Array.from(referenceOutputs(network, parameters, Float64Array.from(images))),
      ),
    close: () => Promise.resolve(),
  };
}

function narrow(tensors: Tensors): Parameters {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, Float32Array.from(tensor)]),
  );
}

function mapTensors<T extends Float32Array | Float64Array>(
  tensors: Readonly<Record<string, T>>,
  map: (tensor: T, name: string) => Float64Array,
): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, map(tensor, name)]),
  );
}
