import {
  identity,
  patchSites,
  siteCount,
  type Activation,
  type Convolution,
  type ConvolutionLaw,
} from '@resdiff/networks';
import {
  preactivationCovariance,
  preactivationDrift,
  type InstantaneousMoments,
} from './instantaneous-moments.ts';
import { diffusionParameters } from './parameters.ts';

/**
 * The coefficients of the limit of x_{p,t+dt} = x_{p,t} + phi(DW psi(x_{*p,t}) + Db) ([PF22], section
 * 3.2, (20)): drift p1 (mu^b + mu^W psi_p) + (p2/2) diag V_p and covariance p1^2 C_{pp'}, where psi_p
 * are the features of the patch about site p, C_{pp'} = Sigma_b + Sigma_O (psi_p^T (Sigma_U (x) Sigma_V
 * (x) Sigma_I) psi_{p'}) and V_p = C_pp. Sites are correlated also where their patches are disjoint.
 * The scaling of patches is that of the law, as `fan-in` is a Sigma_I divided by kernel^2.
 *
 * @param states x_p of all sites of one or more images, each of length D.
 * @returns moments by site.
 * @throws {NoDiffusionLimitError} if phi has no diffusion limit.
 * @throws {RangeError} if a state has another width than the law, or sites are not those of images.
 */
export function convolutionalInstantaneousMoments(
  states: readonly Float64Array[],
  phi: Activation,
  law: ConvolutionLaw,
  convolution: Omit<Convolution, 'patchScaling'>,
  psi: Activation = identity,
): InstantaneousMoments {
  const { p1, p2 } = diffusionParameters(phi);
  const { width } = law;
  const patches = featurePatches(states, width, convolution, psi);
  return {
    drift: patches.map((patch) => {
      const V = preactivationCovariance(law, patch, patch);
      return preactivationDrift(law, patch).map(
        (value, o) => p1 * value + (p2 / 2) * V[o * (width + 1)],
      );
    }),
    covariance: (i, j) =>
      preactivationCovariance(law, patches[i], patches[j]).map((value) => p1 ** 2 * value),
  };
}

/** psi of the patch about every site, kernel^2 x D; zeros outside of the image. */
function featurePatches(
  states: readonly Float64Array[],
  width: number,
  convolution: Omit<Convolution, 'patchScaling'>,
  psi: Activation,
): Float64Array[] {
  const sites = siteCount(convolution);
  if (states.length === 0 || states.length % sites !== 0) {
    throw new RangeError(`There are states of ${states.length} sites; an image has ${sites}.`);
  }
  const features = states.map((x) => {
    if (x.length === width) return x.map(psi.phi);
    throw new RangeError(`A state has ${x.length} coordinates; the width is ${width}.`);
  });
  const places = patchSites(convolution, states.length / sites);
  const taps = convolution.kernel ** 2;
  return features.map((_, site) => {
    const patch = new Float64Array(taps * width);
    for (let tap = 0; tap < taps; tap++) {
      const place = places[site * taps + tap];
      if (place >= 0) patch.set(features[place], tap * width);
    }
    return patch;
  });
}
