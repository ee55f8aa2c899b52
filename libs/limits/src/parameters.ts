import { diffusionLimit, type Activation, type IidParameterLaw } from '@resdiff/networks';

/** What the limiting dynamics know of a network. */
export interface LimitParameters extends IidParameterLaw {
  /** phi'(0). */
  readonly p1: number;
  /** phi''(0). */
  readonly p2: number;
}

/** The activation has no diffusion limit; the message says which assumption fails. */
export class NoDiffusionLimitError extends Error {
  override readonly name = 'NoDiffusionLimitError';
}

/** @throws {NoDiffusionLimitError} */
export function limitParameters(activation: Activation, law: IidParameterLaw): LimitParameters {
  const limit = diffusionLimit(activation);
  if (!limit.exists) throw new NoDiffusionLimitError(limit.reason);
  const { sigmaW, sigmaB } = law;
  return { p1: activation.atZero.dphi, p2: activation.atZero.ddphi, sigmaW, sigmaB };
}
