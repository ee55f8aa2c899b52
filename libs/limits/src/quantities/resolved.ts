import type { Activation, IidParameterLaw } from '@resdiff/networks';
import { feedforwardMaps } from '../feedforward.ts';
import { MOST_EXPANDED, MOST_PAIRED, mostExactVariance } from '../gaussian-expectations.ts';
import type { MeanField } from '../moments.ts';
import { networkLayer } from '../network-recursion.ts';
import { recurse } from '../recursion.ts';

/**
 * The mean field of a residual network after L layers, none of which has preactivations that vary more
 * than quadratures resolve in seconds.
 *
 * @throws {RangeError} naming the layer that has.
 */
export function resolvedMeanField(
  start: MeanField,
  activation: Activation,
  law: IidParameterLaw,
  T: number,
  L: number,
): MeanField {
  const next = networkLayer(activation, law);
  const inputs = start.m.length;
  let layer = 0;
  return recurse(start, T, L, (state, dt) => {
    layer += 1;
    const q = state.m.reduce((largest, _, i) => {
      return Math.max(largest, state.lambda[i * (inputs + 1)]);
    }, 0);
    const variance = dt * (law.sigmaB ** 2 + law.sigmaW ** 2 * q);
    if (!hasClosedForms(activation)) requireResolved(activation, { variance, inputs, layer, L });
    return next(state, dt);
  });
}

interface Layer {
  readonly variance: number;
  readonly inputs: number;
  readonly layer: number;
  /** How many layers there are, the variances growing with them. */
  readonly L: number;
}

/** @throws {RangeError} if the quadratures from this layer on are not exact, or take minutes. */
function requireResolved({ name }: Activation, { variance, inputs, layer, L }: Layer): void {
  if (variance <= MOST_EXPANDED) return;
  const found = `The preactivations of layer ${layer} have the variance ${variance.toPrecision(6)}`;
  const most = mostExactVariance(inputs);
  if (variance > most) {
    const fewer = most < MOST_PAIRED.variance ? `at most ${MOST_PAIRED.inputs} inputs, ` : '';
    throw new RangeError(
      `${found}, beyond ${most}, up to which the quadrature of ${name} takes seconds; ` +
        `take more layers, ${fewer}or smaller scales or inputs.`,
    );
  }
  const pairs = (inputs * (inputs + 1)) / 2;
  const quadratures = pairs * (L - layer + 1);
  if (quadratures > MOST_QUADRATURES) {
    throw new RangeError(
      `${found}, beyond ${MOST_EXPANDED}, so that a quadrature of ${name} is due for each ` +
        `pair of inputs at each layer from there on, ${quadratures} in all, which would take minutes; ` +
        `take at most ${Math.floor(MOST_QUADRATURES / pairs)} such layers, fewer inputs, or smaller scales.`,
    );
  }
}

/** Each takes some milliseconds. */
const MOST_QUADRATURES = 2000;

/**
 * Refuses feedforward networks whose quadratures would take minutes.
 *
 * @throws {RangeError} naming the layer.
 */
export function requireModestVariances(
  q: number,
  activation: Activation,
  law: IidParameterLaw,
  layers: number,
): void {
  if (hasClosedForms(activation)) return;
  const { variance } = feedforwardMaps(activation, law);
  let current = q;
  for (let layer = 0; layer <= layers; layer++) {
    if (current > MOST_PAIRED.variance) {
      throw new RangeError(
        `The pre-activations of layer ${layer} have the variance ${current.toPrecision(6)}, beyond ` +
          `${MOST_PAIRED.variance}, up to which the quadrature of ${activation.name} takes seconds; take fewer ` +
          `layers, or a smaller sigmaW or q.`,
      );
    }
    if (layer < layers) current = variance(current);
  }
}

function hasClosedForms({ gaussian, slopeGaussian }: Activation): boolean {
  return gaussian !== undefined && slopeGaussian !== undefined;
}
