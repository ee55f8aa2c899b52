import type { LimitParameters } from './parameters.ts';

/**
 * m and q of one input at time t, before it explodes: dm = (p2/2) S dt, dq = (p2 m + p1^2) S dt,
 * S = sigmaB^2 + sigmaW^2 q ([PF22], Proposition 5.2).
 *
 * y = p2 m + p1^2 obeys the Riccati equation y' = (sigmaW^2 y^2 + c)/2, and y = -2 u'/(sigmaW^2 u)
 * makes it linear: u'' = -(sigmaW^2 c/4) u, u(0) = 1, u'(0) = -sigmaW^2 y0/2. Then S = S0/u^2 and
 * y - y0 = p2^2 S0 sn/(2 u), where sn solves the same linear equation from sn(0) = 0, sn'(0) = 1.
 * This holds for every sign of c, and for p2 = 0 and sigmaW = 0.
 */
export function solve(
  m0: number,
  q0: number,
  parameters: LimitParameters,
  t: number,
): { m: number; q: number } {
  const { p2, sigmaW, sigmaB } = parameters;
  const S0 = sigmaB ** 2 + sigmaW ** 2 * q0;
  const { u, sn, decay } = linearSolution(
    m0,
    S0,
    riccatiConstant(m0, q0, parameters),
    parameters,
    t,
  );
  return {
    m: m0 + ((p2 / 2) * S0 * sn) / u,
    q: q0 + (S0 * (1 + u) * decay) / (u * u),
  };
}

interface LinearSolution {
  u: number;
  sn: number;
  /** (1 - u)/sigmaW^2, or its limit if sigmaW = 0. */
  decay: number;
}

/**
 * c = p2^2 S0 - sigmaW^2 y0^2, by the variance q0 - m0^2: of copied inputs that are large, the squares
 * would leave rounding errors alone.
 */
export function riccatiConstant(
  m0: number,
  q0: number,
  { p1, p2, sigmaW, sigmaB }: LimitParameters,
): number {
  const spread = p2 ** 2 * (sigmaB ** 2 + sigmaW ** 2 * (q0 - m0 * m0));
  return spread - (sigmaW * p1) ** 2 * (2 * p2 * m0 + p1 ** 2);
}

function linearSolution(
  m0: number,
  S0: number,
  c: number,
  { p1, p2, sigmaW }: LimitParameters,
  t: number,
): LinearSolution {
  const y0 = p2 * m0 + p1 ** 2;
  const forcing = p2 ** 2 * S0;
  const omega = (sigmaW * Math.sqrt(Math.abs(c))) / 2;

  if (c < 0 && y0 > 0) {
    // In exponentials: cosh - sinh would cancel.
    const root = Math.sqrt(-c) / sigmaW;
    const sn = Math.sinh(omega * t) / omega;
    const falling = -Math.expm1(-omega * t) / omega;
    const decay = (root / 2) * falling + ((forcing / sigmaW ** 2 / (root + y0)) * sn) / 2;
    const u = Math.exp(-omega * t) - ((forcing / (root + y0)) * sn) / 2;
    return { u, sn, decay };
  }
  const sine = c < 0 ? Math.sinh : Math.sin;
  const cosine = c < 0 ? Math.cosh : Math.cos;
  const over = (time: number) => (omega === 0 ? time : sine(omega * time) / omega);
  const sn = over(t);
  const u = cosine(omega * t) - (sigmaW ** 2 * y0 * sn) / 2;
  return { u, sn, decay: (c / 2) * over(t / 2) ** 2 + (y0 / 2) * sn };
}
