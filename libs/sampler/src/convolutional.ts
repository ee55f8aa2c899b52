import {
  patchLaw,
  requireConvolution,
  siteCount,
  type ConvolutionalNetwork,
} from '@resdiff/networks';
import { manySampler } from './collapsed.ts';
import { checkNetworkDraws, type ResidualDraws, type Sampler } from './sampler.ts';

/**
 * Draws of a convolutional residual network, or of the Euler scheme of its limiting diffusion. The
 * initial states are those of the sites of all images, D channels each: site p of image i at i P + p,
 * P being the sites of an image.
 */
export interface ConvolutionalDraws extends Omit<ResidualDraws, 'network'> {
  readonly network: ConvolutionalNetwork;
}

/**
 * The collapsed sampler of convolutional networks, exact at every finite width and depth: given the
 * states of all sites, the preactivations of a layer have, over the D output channels, iid rows
 * N(0, K) with K_{pp'} = sigmaW^2 dt / D <psi(x_{*p}), psi(x_{*p'})> + sigmaB^2 dt over sites p, p' of
 * the same or of different images, so D rank(K) normals stand in for kernel^2 D^2 weights.
 *
 * @param module the compiled kernel (`kernelUrl`).
 * @returns draws whose states are sites x kept channels.
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function convolutionalSampler(
  module: WebAssembly.Module,
  draws: ConvolutionalDraws,
): Sampler {
  checkConvolutionalDraws(draws);
  const { network } = draws;
  const onPatches = { ...network, ...patchLaw(network, network.convolution) };
  return manySampler(module, { ...draws, network: onPatches }, network.convolution);
}

/** @throws RangeError when the shapes do not agree or a number is out of range. */
export function checkConvolutionalDraws(draws: ConvolutionalDraws): void {
  checkNetworkDraws(draws);
  const { network, initial } = draws;
  requireConvolution(network.convolution);
  const sites = siteCount(network.convolution);
  if (initial.length % sites !== 0) {
    throw new RangeError(
      `there are initial states of ${initial.length} sites, which must be a multiple of the ${sites} sites of an image`,
    );
  }
}
