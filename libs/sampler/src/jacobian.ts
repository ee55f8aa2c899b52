import type { Activation } from '@resdiff/networks';
import {
  incrementLaw,
  type IncrementLaw,
  type JacobianParameterLaw,
  type LayerIncrements,
} from './jacobian-law.ts';
import { addProduct, apply, identityMatrix } from './jacobian-matrices.ts';
import type { DrawStream } from './ntk.ts';

/**
 * Jacobians g_t = dx_t/dx_0, psi = id, of which a draw follows any:
 * `network`, that of x + phi(DW x + Db), exactly;
 * `euler`, the Euler scheme of its limit, dg = (p1 dW + p2 Gamma dt) g ([PF22] (27));
 * `inverse`, that of d g^{-1} = g^{-1} (-p1 dW - p2 Gamma dt + p1^2 d[W, W]) ([PF22] (28)), where
 * d[W, W] is the bracket of matrices.
 * p1 = phi'(0), p2 = phi''(0). The schemes take Gamma at the Euler scheme of x, and all share the
 * increments of the parameters.
 */
export const jacobianProcesses = ['network', 'euler', 'inverse'] as const;
export type JacobianProcess = (typeof jacobianProcesses)[number];

export interface JacobianDraws extends DrawStream {
  readonly activation: Activation;
  readonly law: JacobianParameterLaw;
  /** L. */
  readonly depth: number;
  readonly T: number;
  /** x_0, length D. */
  readonly initial: Float64Array;
  readonly processes: readonly JacobianProcess[];
  /** After which layers (0 to L, increasing) the Jacobians are wanted. */
  readonly layers: readonly number[];
}

/** The Jacobians after a layer: D x D, row-major, of the processes that were asked for. */
export type JacobianSnapshot = { readonly layer: number } & {
  readonly [Process in JacobianProcess]?: Float64Array;
};

export interface JacobianSampler {
  /** A snapshot for each of the layers. */
  draw(index: number): JacobianSnapshot[];
  /**
   * |dy/dx_l|, y = x_{L,1}, of the network of this draw, for l = 0 to L: backwards through the layers,
   * D^2 operations each.
   */
  gradientNorms(index: number): Float64Array;
}

/**
 * Jacobians of networks whose weights are made, in f64: 2 D^3 operations a layer and process. A draw
 * depends on the seed and its index only. Numbers that overflow are left as they come.
 *
 * @throws RangeError when the shapes do not agree, a number is out of range, or the limit is asked for
 *   and phi has no second derivative at 0 or phi(0) is not 0.
 */
export function jacobianSampler(draws: JacobianDraws): JacobianSampler {
  checkJacobianDraws(draws);
  const { activation, depth, T, initial, key, stream, processes, layers } = draws;
  const law = incrementLaw(draws.law);
  const dt = T / depth;
  const increments = (draw: number, layer: number) =>
    law.increments({ key, stream, draw, layer }, dt);
  return {
    draw(index) {
      const running = processes.map((process) => ({
        process,
        step: steps[process](activation, law, initial, dt),
      }));
      const snapshots: JacobianSnapshot[] = [];
      for (let layer = 0; layer <= depth; layer++) {
        if (layers.includes(layer)) {
          const matrices: { [Process in JacobianProcess]?: Float64Array } = {};
          for (const { process, step } of running) matrices[process] = step.jacobian.slice();
          snapshots.push({ layer, ...matrices });
        }
        if (layer === depth) break;
        const shared = increments(index, layer);
        for (const { step } of running) step.advance(shared);
      }
      return snapshots;
    },
    gradientNorms(index) {
      const slopes: Float64Array[] = [];
      let x = initial;
      for (let layer = 0; layer < depth; layer++) {
        const h = preactivations(increments(index, layer), x);
        slopes.push(h.map(activation.dphi));
        x = x.map((value, d) => value + activation.phi(h[d]));
      }
      let gradient = new Float64Array(initial.length);
      gradient[0] = 1;
      const norms = new Float64Array(depth + 1).fill(1);
      for (let layer = depth - 1; layer >= 0; layer--) {
        const { weights } = increments(index, layer);
        gradient = gradient.slice();
        addTransposed(
          weights,
          gradient.map((value, d) => value * slopes[layer][d]),
          gradient,
        );
        norms[layer] = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
      }
      return norms;
    },
  };
}

/** A Jacobian that goes from layer to layer. */
interface Running {
  readonly jacobian: Float64Array;
  advance(increments: LayerIncrements): void;
}

type Start = (activation: Activation, law: IncrementLaw, x0: Float64Array, dt: number) => Running;

const steps: Readonly<Record<JacobianProcess, Start>> = {
  network({ phi, dphi }, _law, x0) {
    let x = x0;
    const { length: width } = x0;
    const g = identityMatrix(width);
    return {
      jacobian: g,
      advance(increments) {
        const h = preactivations(increments, x);
        const factor = increments.weights.map((w, i) => dphi(h[Math.floor(i / width)]) * w);
        addProduct(factor, g.slice(), width, g);
        x = x.map((value, d) => value + phi(h[d]));
      },
    };
  },
  euler(activation, law, x0, dt) {
    const state = eulerState(activation, law, x0, dt);
    const g = identityMatrix(x0.length);
    return {
      jacobian: g,
      advance(increments) {
        addProduct(state.generator(increments), g.slice(), x0.length, g);
        state.advance(increments);
      },
    };
  },
  inverse(activation, law, x0, dt) {
    const state = eulerState(activation, law, x0, dt);
    const weight = activation.atZero.dphi ** 2 * dt;
    const g = identityMatrix(x0.length);
    return {
      jacobian: g,
      advance(increments) {
        const factor = state.generator(increments).map((a, i) => weight * law.bracket[i] - a);
        addProduct(g.slice(), factor, x0.length, g);
        state.advance(increments);
      },
    };
  },
};

/** The Euler scheme of x, and p1 DW + p2 Gamma dt at its state. */
function eulerState(activation: Activation, law: IncrementLaw, x0: Float64Array, dt: number) {
  const { dphi: p1, ddphi: p2 } = activation.atZero;
  const { length: width } = x0;
  let x = x0;
  return {
    generator({ weights }: LayerIncrements): Float64Array {
      if (p2 === 0) return weights.map((w) => p1 * w);
      const { left, right } = law.gamma(x);
      return weights.map(
        (w, i) => p1 * w + p2 * dt * left[Math.floor(i / width)] * right[i % width],
      );
    },
    advance(increments: LayerIncrements): void {
      const h = preactivations(increments, x);
      const variance = law.variance(x);
      x = x.map((value, d) => value + p1 * h[d] + (p2 / 2) * variance[d] * dt);
    },
  };
}

/** DW x + Db. */
function preactivations({ weights, biases }: LayerIncrements, x: Float64Array): Float64Array {
  return apply(weights, x).map((value, d) => value + biases[d]);
}

/** Adds A^T v to `out`. */
function addTransposed(A: Float64Array, v: Float64Array, out: Float64Array): void {
  const { length: width } = v;
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) out[j] += A[i * width + j] * v[i];
  }
}

function checkJacobianDraws(draws: JacobianDraws): void {
  const { activation, law, depth, T, initial, processes, layers } = draws;
  if (!Number.isInteger(depth) || depth < 1 || depth > 2 ** 31 - 1) {
    throw new RangeError(`depth must be a whole number from 1 to ${2 ** 31 - 1}, not ${depth}`);
  }
  if (!(T >= 0 && T < Infinity)) {
    throw new RangeError(`T must be finite and not negative, not ${T}`);
  }
  if (initial.length !== law.width) {
    throw new RangeError(
      `the input has ${initial.length} coordinates, but the width is ${law.width}`,
    );
  }
  const layer = layers.find(
    (l, i) => !Number.isInteger(l) || !(l > (layers[i - 1] ?? -1)) || l > depth,
  );
  if (layer !== undefined) {
    throw new RangeError(
      `layers must increase from 0 to at most ${depth}, not ${layers.join(', ')}`,
    );
  }
  const { phi, dphi, ddphi } = activation.atZero;
  const limit = processes.some((process) => process !== 'network');
  if (limit && !(phi === 0 && Number.isFinite(dphi) && Number.isFinite(ddphi))) {
    throw new RangeError(
      `${activation.name} has no diffusion limit: phi(0) must be 0, with two derivatives at 0`,
    );
  }
}
