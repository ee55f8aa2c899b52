import { dt, type ResidualNetwork } from '@resdiff/networks';
import { normals, type StreamPosition } from '@resdiff/random';
import { checkCompletedInputs } from './ntk-completed.ts';
import {
  checkNtkInputs,
  type CompletedNtkDraw,
  type CompletedNtkDraws,
  type NtkDraw,
  type NtkDraws,
  type NtkSampler,
} from './ntk.ts';

/**
 * The tangent kernel with every weight made, in f64: forwards through L layers of D^2 + D normals,
 * backwards through their transposes. Slow and plain: the oracle of `ntkSampler`, with which it
 * shares a law but no numbers. A draw that diverges carries what f64 makes of it.
 *
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function directNtkSampler({ network, initial, key, stream }: NtkDraws): NtkSampler {
  checkNtkInputs(network, initial, network.width);
  const start = new Float64Array(network.width);
  start[0] = 1;
  return {
    draw(index): NtkDraw {
      const layers = parameters(network, { key, stream, draw: index });
      const { states, ...kernels } = propagate(network, layers, initial, start);
      return { outputs: Float64Array.from(states, (x) => x[0]), ...kernels };
    },
  };
}

/**
 * The same of an output of a completed network. A takes the normals of layer L, G those of layer
 * L + 1.
 *
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function directCompletedNtkSampler(draws: CompletedNtkDraws): NtkSampler<CompletedNtkDraw> {
  checkCompletedInputs(draws);
  const { network, inputs, key, stream } = draws;
  const { width, depth, sigmaZ, sigmaY } = network;
  const scale = sigmaY / Math.sqrt(width);
  return {
    draw(index) {
      const at = { key, stream, draw: index };
      const A = normals({ ...at, layer: depth }, width * network.inputs);
      const initial = inputs.map((z) => multiply(A, z, width).map((value) => sigmaZ * value));
      const start = normals({ ...at, layer: depth + 1 }, width).map((value) => scale * value);
      const layers = parameters(network, at);
      const { states, gradients, weights, biases } = propagate(network, layers, initial, start);
      return {
        outputs: Float64Array.from(states, (x) => dot(start, x)),
        input: pairs(inputs, (i, j) => sigmaZ ** 2 * dot(inputs[i], inputs[j])).map(
          (product, pair) => product * gradients[pair],
        ),
        weights,
        biases,
        output: pairs(inputs, (i, j) => scale ** 2 * dot(states[i], states[j])),
      };
    },
  };
}

/** W, D x D row-major, and b of a layer. */
interface LayerParameters {
  readonly W: Float64Array;
  readonly b: Float64Array;
}

/** All layers of a draw, with the law [PF22] (11). */
function parameters(
  network: ResidualNetwork,
  at: Omit<StreamPosition, 'layer'>,
): LayerParameters[] {
  const { width, depth, sigmaW, sigmaB } = network;
  const scaleW = sigmaW * Math.sqrt(dt(network) / width);
  const scaleB = sigmaB * Math.sqrt(dt(network));
  return Array.from({ length: depth }, (_, layer) => {
    const z = normals({ ...at, layer }, width * width + width);
    return {
      W: z.subarray(0, width * width).map((value) => scaleW * value),
      b: z.subarray(width * width).map((value) => scaleB * value),
    };
  });
}

/** The final states and the kernels of an output with gradient `start` at x_L. */
function propagate(
  network: ResidualNetwork,
  layers: readonly LayerParameters[],
  initial: readonly Float64Array[],
  start: Float64Array,
) {
  const { width, sigmaW, sigmaB, activation } = network;
  const varianceW = (sigmaW ** 2 * dt(network)) / width;
  const varianceB = sigmaB ** 2 * dt(network);
  const states = [initial];
  const slopes: Float64Array[][] = [];
  for (const { W, b } of layers) {
    const x = states[states.length - 1];
    const h = x.map((state) => multiply(W, state, width).map((value, d) => value + b[d]));
    slopes.push(h.map((row) => row.map(activation.dphi)));
    states.push(x.map((state, n) => state.map((value, d) => value + activation.phi(h[n][d]))));
  }
  const weights = new Float64Array(initial.length ** 2);
  const biases = new Float64Array(initial.length ** 2);
  let gradients = initial.map(() => start);
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    const back = gradients.map((row, n) => row.map((value, d) => value * slopes[layer][n][d]));
    const backGram = pairs(initial, (i, j) => dot(back[i], back[j]));
    const stateGram = pairs(initial, (i, j) => dot(states[layer][i], states[layer][j]));
    backGram.forEach((product, pair) => {
      weights[pair] += varianceW * product * stateGram[pair];
      biases[pair] += varianceB * product;
    });
    const { W } = layers[layer];
    gradients = gradients.map((row, n) => {
      const sum = row.slice();
      for (let o = 0; o < width; o++) {
        for (let i = 0; i < width; i++) sum[i] += W[o * width + i] * back[n][o];
      }
      return sum;
    });
  }
  return {
    states: states[states.length - 1],
    weights,
    biases,
    gradients: pairs(initial, (i, j) => dot(gradients[i], gradients[j])),
  };
}

function pairs(inputs: readonly unknown[], value: (i: number, j: number) => number): Float64Array {
  return Float64Array.from(inputs.flatMap((_, i) => inputs.map((_, j) => value(i, j))));
}

/** The product of a matrix of `rows` rows and a vector. */
function multiply(matrix: Float64Array, x: Float64Array, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) =>
    dot(matrix.subarray(row * x.length, (row + 1) * x.length), x),
  );
}

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}
