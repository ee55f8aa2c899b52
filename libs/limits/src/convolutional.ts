import {
  patchLaw,
  patchSites,
  siteCount,
  type Activation,
  type Convolution,
  type IidParameterLaw,
} from '@resdiff/networks';
import { areProductsExact } from './gaussian-expectations.ts';
import { linearFlow } from './linear-flow.ts';
import { symmetric, type MeanField } from './moments.ts';
import { networkLayer } from './network-recursion.ts';
import { solveOde } from './ode.ts';
import type { LimitParameters } from './parameters.ts';
import { recurse } from './recursion.ts';
import { schemeLayer } from './scheme-recursion.ts';

/**
 * The moments of convolutional residual networks at infinite width ([PF22], section 3.2). A mean field
 * is that of the sites of one or more images, one image after another: m_p = <x_p, 1>/D and
 * lambda_{pp'} = <x_p, x_{p'}>/D. Preactivations at sites p and p' of the same or of different images
 * have the covariance dt s_{pp'}, s_{pp'} = sigmaB^2 + sigmaW^2 <x_{*p}, x_{*p'}>/D, a sum of lambda
 * over the places of a patch, also where the patches have no site in common.
 */

/** The limit leaves the finite numbers before T. */
export class NoConvolutionalLimitError extends Error {
  override readonly name = 'NoConvolutionalLimitError';
}

/**
 * The mean field of the network after L layers, exactly at infinite width. Needs no diffusion limit.
 * Where preactivations vary too much for quadratures of so many pairs of sites, lambda_{pp'} is NaN for
 * different p and p'.
 *
 * @throws {RangeError} if L is not a positive integer, T is negative, or sites are not those of images.
 */
export function convolutionalMeanField(
  start: MeanField,
  activation: Activation,
  law: IidParameterLaw & { readonly convolution: Convolution },
  T: number,
  L: number,
): MeanField {
  const { convolution } = law;
  const inputs = start.m.length;
  const patches = patchProducts(inputs, convolution);
  const onPatches = patchLaw(law, convolution);
  const end = recurse(start, T, L, networkLayer(activation, onPatches, patches));
  // They vary the most in the last layer, and less than they would after it.
  const largest = patches(end.lambda).reduce((most, product) => Math.max(most, product), 0);
  const variance = (T / L) * (onPatches.sigmaB ** 2 + onPatches.sigmaW ** 2 * largest);
  if (areProductsExact(activation, { inputs, variance })) return end;
  const lambda = (i: number, j: number) => (i === j ? end.lambda[i * (inputs + 1)] : NaN);
  return { m: end.m, lambda: symmetric(inputs, lambda) };
}

/**
 * That of the Euler scheme with L steps of the limiting diffusion.
 *
 * @throws {RangeError} as `convolutionalMeanField`.
 */
export function convolutionalEulerMeanField(
  start: MeanField,
  parameters: LimitParameters & { readonly convolution: Convolution },
  T: number,
  L: number,
): MeanField {
  const onPatches = { ...parameters, ...patchLaw(parameters, parameters.convolution) };
  const patches = patchProducts(start.m.length, parameters.convolution);
  return recurse(start, T, L, schemeLayer(onPatches, patches));
}

/**
 * The doubly infinite limit at time T: dm_p/dt = (p2/2) s_pp and
 * dlambda_{pp'}/dt = (p2/2) (s_pp m_{p'} + s_{p'p'} m_p) + p1^2 s_{pp'}. With p2 = 0 they are linear, as
 * q' = p1^2 (sigmaB^2 + sigmaW^2 M q), M counting the sites of patches, and solved to rounding; else
 * numerically, finer than any standard error.
 *
 * @throws {NoConvolutionalLimitError} if the solution explodes before T.
 * @throws {RangeError} if sites are not those of images.
 */
export function convolutionalLimit(
  start: MeanField,
  parameters: LimitParameters & { readonly convolution: Convolution },
  T: number,
): MeanField {
  const { convolution } = parameters;
  const onPatches = { ...parameters, ...patchLaw(parameters, convolution) };
  const patches = patchProducts(start.m.length, convolution);
  if (largestScale(start, parameters) === 0) return start;
  const solve = parameters.p2 === 0 ? linearLimit : curvedLimit;
  return finiteSolution(() => solve(start, onPatches, patches, T), T);
}

/** Of biases and of the coordinates of states. */
function largestScale({ m, lambda }: MeanField, { sigmaB }: LimitParameters): number {
  const scale = (i: number) => Math.sqrt(lambda[i * (m.length + 1)]);
  return m.reduce((most, _, i) => Math.max(most, scale(i)), sigmaB);
}

type PatchProducts = (products: Float64Array) => Float64Array;
type PatchParameters = LimitParameters & { readonly convolution: Convolution };

function linearLimit(
  { m, lambda }: MeanField,
  { p1, sigmaW, sigmaB, convolution }: PatchParameters,
  patches: PatchProducts,
  T: number,
): MeanField {
  const { rows, columns, kernel } = convolution;
  const k = (p1 * sigmaW) ** 2;
  const taps = Math.min(kernel, rows) * Math.min(kernel, columns);
  const size = lambda.length;
  // The last element is 1. It feeds the others alone, and so is no matter for the steps of the flow.
  const apply = (X: Float64Array) => {
    const slope = new Float64Array(size + 1);
    patches(X.subarray(0, size)).forEach((product, i) => {
      slope[i] = k * product + (p1 * sigmaB) ** 2 * X[size];
    });
    return slope;
  };
  const first = new Float64Array(size + 1).fill(1);
  first.set(lambda);
  const end = linearFlow(apply, k * taps, first, T);
  return { m: Float64Array.from(m), lambda: end.slice(0, size) };
}

/** Per step, in units of the largest scale of states and biases. */
const TOLERANCE = { relative: 1e-10, absolute: 1e-16 };

function curvedLimit(
  start: MeanField,
  parameters: PatchParameters,
  patches: PatchProducts,
  T: number,
): MeanField {
  const { m, lambda } = start;
  const { p1, p2, sigmaW, sigmaB } = parameters;
  const count = m.length;
  const unit = largestScale(start, parameters);
  const half = (p2 * unit) / 2;
  const slope = (_: number, state: readonly number[], out: number[]) => {
    const s = patches(Float64Array.from(state.slice(count))).map(
      (product) => (sigmaB / unit) ** 2 + sigmaW ** 2 * product,
    );
    for (let i = 0; i < count; i++) {
      const variance = s[i * (count + 1)];
      out[i] = half * variance;
      for (let j = 0; j < count; j++) {
        const drift = half * (variance * state[j] + s[j * (count + 1)] * state[i]);
        out[count + i * count + j] = drift + p1 ** 2 * s[i * count + j];
      }
    }
  };
  const scaled = [...m.map((x) => x / unit), ...lambda.map((x) => x / unit ** 2)];
  const end = solveOde(slope, scaled, T, TOLERANCE);
  return {
    m: end.slice(0, count).map((x) => unit * x),
    lambda: symmetric(count, (i, j) => unit ** 2 * end[count + i * count + j]),
  };
}

function finiteSolution(solve: () => MeanField, T: number): MeanField {
  const refusal = `The limit of the convolutional network leaves the finite numbers before T = ${T}; take a smaller T.`;
  let end;
  try {
    end = solve();
  } catch (cause) {
    throw new NoConvolutionalLimitError(refusal, { cause });
  }
  if (![...end.m, ...end.lambda].every(Number.isFinite)) {
    throw new NoConvolutionalLimitError(refusal);
  }
  return end;
}

/** Sums the products of sites, sites x sites row-major, over the places of two patches. */
function patchProducts(sites: number, convolution: Convolution): PatchProducts {
  const own = siteCount(convolution);
  if (sites === 0 || sites % own !== 0) {
    throw new RangeError(`There are ${sites} sites; an image has ${own}.`);
  }
  const patches = patchSites(convolution, sites / own);
  const taps = convolution.kernel ** 2;
  return (products) =>
    symmetric(sites, (i, j) => {
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) {
        const [a, b] = [patches[i * taps + tap], patches[j * taps + tap]];
        if (a >= 0 && b >= 0) sum += products[a * sites + b];
      }
      return sum;
    });
}
