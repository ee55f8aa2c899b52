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
  const { sigmaW, sigmaB } = law;
  return { ...diffusionParameters(activation), sigmaW, sigmaB };
}

/**
 * phi'(0) and phi''(0).
 *
 * @throws {NoDiffusionLimitError}
 */
export function diffusionParameters(activation: Activation): { p1: number; p2: number } {
  const limit = diffusionLimit(activation);
  if (!limit.exists) throw new NoDiffusionLimitError(limit.reason);
  return { p1: activation.atZero.dphi, p2: activation.atZero.ddphi };
}

/** The formula holds for phi''(0) = 0 only. */
export class CurvatureError extends Error {
  override readonly name = 'CurvatureError';
}

/** @throws {CurvatureError} unless phi''(0) = 0. */
export function requireNoCurvature({ p2 }: Pick<LimitParameters, 'p2'>, what: string): void {
  if (p2 === 0) return;
  throw new CurvatureError(
    `${what} has no closed form for phi''(0) = ${Number(p2.toPrecision(6))}; it needs an activation with phi''(0) = 0, ` +
      `such as tanh.`,
  );
}
