import {
  copiedInputsMeanField,
  limitNtk,
  limitParameters,
  linearNetworkNtk,
  networkNtk,
  type Ntk,
} from '@resdiff/limits';
import { diffusionLimit, findActivation } from '@resdiff/networks';
import { networkOf, type NtkSettings } from './settings.ts';

/** What theory says of the mean kernel, N x N, and which theory. */
export interface NtkPrediction {
  readonly source: string;
  readonly kernel: Ntk;
}

/** Whether the mean kernel has a closed form at every width and depth. */
export function isLinear({ activation }: NtkSettings): boolean {
  return findActivation(activation)!.name === 'identity';
}

/**
 * The kernel of the doubly infinite limit ([PF22], section 5.3); undefined where the activation has no
 * diffusion limit, or curvature at 0, with which there is no closed form.
 */
export function limitPrediction(settings: NtkSettings): NtkPrediction | undefined {
  const { network } = networkOf(settings, 1);
  const { activation } = network;
  if (!diffusionLimit(activation).exists || activation.atZero.ddphi !== 0) return undefined;
  const { lambda } = copiedInputsMeanField(settings.inputs);
  return {
    source: 'limit, D = L = infinity ([PF22], section 5.3)',
    kernel: limitNtk(lambda, limitParameters(activation, network), settings.T),
  };
}

/**
 * What holds at the depth of a network: of a linear one the mean at every width, of others the mean
 * field, with the width taken to infinity.
 */
export function finiteDepthPrediction(settings: NtkSettings, size: number): NtkPrediction {
  const { network } = networkOf(settings, size);
  const { activation, T, depth } = network;
  const start = copiedInputsMeanField(settings.inputs);
  if (isLinear(settings)) {
    const slope = activation.atZero.dphi;
    return {
      source: `exact mean of linear networks, L = ${depth}, any D`,
      kernel: linearNetworkNtk(start.lambda, { ...network, slope }),
    };
  }
  return {
    source: `mean field of the recursion, D = infinity, L = ${depth}`,
    kernel: networkNtk(start, activation, network, T, depth),
  };
}
