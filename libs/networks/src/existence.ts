import type { Activation } from './activations/index.ts';

/** What [PF22] asks of phi at 0 for the diffusion limit. */
export type DiffusionAssumption = 'phi(0) = 0' | 'phi is twice differentiable at 0';

export type DiffusionLimit =
  | { readonly exists: true }
  | {
      readonly exists: false;
      readonly fails: DiffusionAssumption;
      /** A sentence for users, which names the activation and the assumption. */
      readonly reason: string;
    };

/**
 * Whether residual networks with this activation have the diffusion limit of [PF22], Theorem 3.1,
 * as their depth grows: an increment phi(h sqrt(dt)) must expand at 0 to second order, without a
 * constant.
 */
export function diffusionLimit(activation: Activation): DiffusionLimit {
  const { name, atZero } = activation;
  if (atZero.phi !== 0) {
    return refusal(
      activation,
      'phi(0) = 0',
      `phi(0) = ${atZero.phi}, so the drift phi(0)/dt of ${name} diverges as dt -> 0`,
    );
  }
  if (!Number.isFinite(atZero.dphi) || !Number.isFinite(atZero.ddphi)) {
    return refusal(activation, 'phi is twice differentiable at 0', kinkDrift(activation));
  }
  return { exists: true };
}

function kinkDrift({ name, homogeneous, phi }: Activation): string {
  if (!homogeneous) return `${name} has no second-order expansion there`;
  const mean = (phi(1) + phi(-1)) / Math.sqrt(2 * Math.PI);
  return (
    `${name} is positively homogeneous with a kink there, so for h ~ N(0, 1) ` +
    `E[phi(h sqrt(dt))]/dt = ${mean.toFixed(5)}/sqrt(dt) diverges as dt -> 0`
  );
}

function refusal(
  { name }: Activation,
  fails: DiffusionAssumption,
  because: string,
): DiffusionLimit {
  const reason = `${name} has no diffusion limit: the assumption that ${fails} fails; ${because}.`;
  return { exists: false, fails, reason };
}
