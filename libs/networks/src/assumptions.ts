import { activationKind, identity, type Activation, type Growth } from './activations/index.ts';
import { diffusionLimit } from './existence.ts';

/** Whether an assumption holds, and a sentence that says why. */
export interface AssumptionReport {
  readonly assumption: string;
  /** Where [PF22] asks for it. */
  readonly source: string;
  readonly holds: boolean;
  readonly reason: string;
}

/**
 * What [PF22] asks for the limit of x_{t+dt} = x_t + phi(DW psi(x_t) + Db) to be a diffusion that
 * exists for all time: the expansion of phi at 0 (Theorem 3.1), locally Lipschitz coefficients
 * (Assumption 2.2), no explosion (Assumption 2.3), for which Remark 3.3 gives sufficient conditions:
 * psi grows at most like a square root, or psi is linear and phi''(0) = 0. That last case is
 * extended to every psi of linear growth: with phi''(0) = 0, drift and diffusion grow linearly.
 *
 * The kinds of phi and psi are tested numerically, not taken from their flags.
 */
export function diffusionAssumptions(
  phi: Activation,
  psi: Activation = identity,
): readonly AssumptionReport[] {
  const expansion = expansionAtZero(phi);
  return [expansion, coefficients(psi, expansion.holds), explosion(phi, psi, expansion.holds)];
}

function expansionAtZero(phi: Activation): AssumptionReport {
  const limit = diffusionLimit(phi);
  const { dphi, ddphi } = phi.atZero;
  return {
    assumption: 'phi(0) = 0 and phi is twice differentiable at 0',
    source: 'Theorem 3.1',
    holds: limit.exists,
    reason: limit.exists
      ? `${phi.name} has phi(0) = 0, phi'(0) = ${dphi} and phi''(0) = ${ddphi}.`
      : limit.reason,
  };
}

function coefficients(psi: Activation, limitExists: boolean): AssumptionReport {
  const about = {
    assumption: 'drift and diffusion are locally Lipschitz, so that a solution exists',
    source: 'Assumption 2.2',
  };
  if (!limitExists) return { ...about, holds: false, reason: withoutLimit };
  const { smooth } = activationKind(psi);
  const holds = smooth || isLipschitz(psi);
  return {
    ...about,
    holds,
    reason: smooth
      ? `psi = ${psi.name} is twice continuously differentiable, and the coefficients are quadratic in psi.`
      : holds
        ? `psi = ${psi.name} has a kink but is Lipschitz, and the coefficients are quadratic in psi.`
        : `psi = ${psi.name} is not locally Lipschitz.`,
  };
}

const withoutLimit = 'There is no limiting diffusion to speak of.';

/** No slope over 1e3 between neighbours 1e-8 apart, at 0 and around it. */
function isLipschitz({ phi }: Activation): boolean {
  return [0, 1e-8, 0.3, 1, -0.7, 2, -3].every((x) => Math.abs(phi(x + 1e-8) - phi(x)) < 1e3 * 1e-8);
}

function explosion(phi: Activation, psi: Activation, limitExists: boolean): AssumptionReport {
  const about = { assumption: 'the diffusion does not explode', source: 'Assumption 2.3' };
  if (!limitExists) return { ...about, holds: false, reason: withoutLimit };
  const { growth, linear } = activationKind(psi);
  const { ddphi } = phi.atZero;
  const grows = growthOf(psi.name, growth);
  if (growth === 'bounded' || growth === 'square-root') {
    return { ...about, holds: true, reason: `${grows}, at most like a square root (Remark 3.3).` };
  }
  if (growth === 'linear' && ddphi === 0) {
    const remark = linear ? `psi = ${psi.name} is linear` : grows;
    const rule = linear ? ' (Remark 3.3)' : ', so the drift and the diffusion grow linearly too';
    return { ...about, holds: true, reason: `${remark} and phi''(0) = 0${rule}.` };
  }
  return {
    ...about,
    holds: false,
    reason:
      ddphi === 0
        ? `${grows}; it must not grow faster than linearly (Remark 3.3).`
        : `${grows} and phi''(0) = ${ddphi}, so the drift grows faster than linearly; psi must grow ` +
          `at most like a square root, or phi''(0) be 0 (Remark 3.3).`,
  };
}

function growthOf(name: string, growth: Growth): string {
  const size = {
    bounded: 'is bounded',
    'square-root': 'grows like a square root',
    linear: 'grows linearly',
    'faster than linear': 'grows faster than linearly',
  }[growth];
  return `psi = ${name} ${size}`;
}
