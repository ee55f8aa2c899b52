import { copiedInput, type Activation, type IidParameterLaw } from '@resdiff/networks';
import { drawNormals } from './statistics.ts';

/** A residual network with its weights materialised. */
export interface SmallNetwork extends IidParameterLaw {
  readonly activation: Activation;
  readonly width: number;
  readonly depth: number;
  readonly T: number;
}

/**
 * The empirical tangent kernels K_W and K_b of y = x_{L,1} for two copied inputs, and |dy/dx_0|^2
 * of the first, by backpropagation through one draw of the parameters.
 */
export function empiricalTangentKernel(
  network: SmallNetwork,
  z: readonly [number, number],
  draw: number,
): { weights: number; biases: number; gradient: number } {
  const { activation, width, depth, T, sigmaW, sigmaB } = network;
  const dt = T / depth;
  const weightScale = sigmaW * Math.sqrt(dt / width);
  const biasScale = sigmaB * Math.sqrt(dt);
  const size = width * (width + 1);
  const normals = drawNormals(17, draw, depth * size);
  const weight = (l: number, o: number, i: number) =>
    weightScale * normals[l * size + o * (width + 1) + i];
  const bias = (l: number, o: number) => biasScale * normals[l * size + o * (width + 1) + width];

  const passes = z.map((input) => {
    const states = [copiedInput(input, width)];
    const slopes: Float64Array[] = [];
    for (let l = 0; l < depth; l++) {
      const h = states[l].map((_, o) =>
        states[l].reduce((sum, x, i) => sum + weight(l, o, i) * x, bias(l, o)),
      );
      slopes.push(h.map(activation.dphi));
      states.push(states[l].map((x, o) => x + activation.phi(h[o])));
    }
    // dy/dh of each layer, and dy/dx_0.
    let gradient = new Float64Array(width);
    gradient[0] = 1;
    const preactivationGradients: Float64Array[] = [];
    for (let l = depth - 1; l >= 0; l--) {
      const gradientOfH = gradient.map((value, o) => value * slopes[l][o]);
      preactivationGradients[l] = gradientOfH;
      gradient = gradient.map((value, i) =>
        gradientOfH.reduce((sum, g, o) => sum + g * weight(l, o, i), value),
      );
    }
    return { states, preactivationGradients, gradient };
  });

  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const [a, b] = passes;
  let [weights, biases] = [0, 0];
  for (let l = 0; l < depth; l++) {
    const backward = dot(a.preactivationGradients[l], b.preactivationGradients[l]);
    weights += weightScale ** 2 * backward * dot(a.states[l], b.states[l]);
    biases += biasScale ** 2 * backward;
  }
  return { weights, biases, gradient: dot(a.gradient, a.gradient) };
}
