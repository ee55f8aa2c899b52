import { integrate } from './gauss-quadrature.ts';
import { symmetric, type MeanField } from './moments.ts';
import type { LimitParameters } from './parameters.ts';
import { riccatiConstant, solve } from './single-input.ts';

/** The limiting dynamics of an input explode at or before the time that was asked for. */
export class ExplosionError extends Error {
  override readonly name = 'ExplosionError';
  /** Index of the input that explodes first. */
  readonly input: number;
  readonly explosionTime: number;
  /** The time that was asked for. */
  readonly T: number;

  /** @param named the input in words, such as "z = 2". */
  constructor(input: number, explosionTime: number, T: number, named = `input ${input}`) {
    const time = roundedDown(explosionTime);
    super(
      `The limit of ${named} explodes at time ${time}, so it has no state at T = ${T}; ` +
        `T must be smaller than ${time}.`,
    );
    this.input = input;
    this.explosionTime = explosionTime;
    this.T = T;
  }
}

/** To six significant digits, so that a time below it is below the number. */
function roundedDown(value: number): number {
  const rounded = Number(value.toPrecision(6));
  const unit = 10 ** (Math.floor(Math.log10(rounded)) - 5);
  return rounded <= value ? rounded : Number((rounded - unit).toPrecision(6));
}

/**
 * When the doubly infinite dynamics (width and depth infinite) of an input with first moment m0
 * and second moment q0 leave every bound; Infinity if never ([PF22], Proposition 5.2).
 */
export function explosionTime(m0: number, q0: number, parameters: LimitParameters): number {
  const { p1, p2, sigmaW, sigmaB } = parameters;
  const y0 = p2 * m0 + p1 * p1;
  const forcing = p2 * p2 * (sigmaB ** 2 + sigmaW ** 2 * q0);
  const discriminant = riccatiConstant(m0, q0, parameters);
  if (p2 === 0 || sigmaW === 0 || forcing === 0) return Infinity;
  if (discriminant > 0) {
    const root = Math.sqrt(discriminant);
    return (2 * Math.atan2(root, sigmaW * y0)) / (sigmaW * root);
  }
  if (y0 <= 0) return Infinity;
  if (discriminant === 0) return 2 / (sigmaW ** 2 * y0);
  // (2 / (sigmaW K)) atanh(K / (sigmaW y0)), without cancellation where K is close to sigmaW y0.
  const root = Math.sqrt(-discriminant);
  return Math.log1p((2 * root * (root + sigmaW * y0)) / forcing) / (sigmaW * root);
}

/**
 * The doubly infinite dynamics at time T ([PF22], Propositions 5.1 and 5.2):
 * dm = (p2/2) S dt, dq = (p2 m + p1^2) S dt,
 * dlambda_ij = (p2/2)(S_i m_j + S_j m_i) dt + p1^2 s_ij dt, where
 * s_ij = sigmaB^2 + sigmaW^2 lambda_ij and S_i = s_ii.
 * Closed forms, but for the covariance of two inputs if p2 != 0: one integral, to about 1e-12.
 *
 * @throws {ExplosionError} if T is not smaller than every input's explosion time.
 */
export function limitMeanField(
  start: MeanField,
  parameters: LimitParameters,
  T: number,
): MeanField {
  const { m, lambda } = start;
  const count = m.length;
  refuseExplosion(start, parameters, T);

  const at = (i: number, t: number) => solve(m[i], lambda[i * count + i], parameters, t);
  const end = Array.from(m, (_, i) => at(i, T));
  return {
    m: Float64Array.from(end, (input) => input.m),
    lambda: symmetric(count, (i, j) => {
      if (i === j) return end[i].q;
      const start = lambda[i * count + j];
      if (parameters.p2 === 0) return start + linearGrowth(start, parameters, T);
      const covariance = propagateCovariance(
        start - m[i] * m[j],
        (t) => at(i, t).m * at(j, t).m,
        parameters,
        T,
      );
      return covariance + end[i].m * end[j].m;
    }),
  };
}

/** @throws {ExplosionError} if an input explodes at or before T. */
export function refuseExplosion(
  { m, lambda }: MeanField,
  parameters: LimitParameters,
  T: number,
): void {
  const times = Array.from(m, (_, i) =>
    explosionTime(m[i], lambda[i * (m.length + 1)], parameters),
  );
  const first = Math.min(...times);
  if (T >= first) throw new ExplosionError(times.indexOf(first), first, T);
}

/** lambda_T - lambda_0 if p2 = 0: p1^2 s_0 (e^{kT} - 1)/k, k = p1^2 sigmaW^2. */
export function linearGrowth(lambda: number, parameters: LimitParameters, T: number): number {
  const { p1, sigmaW, sigmaB } = parameters;
  const k = (p1 * sigmaW) ** 2;
  const time = k === 0 ? T : Math.expm1(k * T) / k;
  return p1 ** 2 * (sigmaB ** 2 + sigmaW ** 2 * lambda) * time;
}

/** dc = p1^2 (sigmaB^2 + sigmaW^2 (c + m_i m_j)) dt, the means given. */
function propagateCovariance(
  covariance: number,
  productOfMeans: (t: number) => number,
  parameters: LimitParameters,
  T: number,
): number {
  const { p1, sigmaW, sigmaB } = parameters;
  const k = (p1 * sigmaW) ** 2;
  const source = (t: number) =>
    Math.exp(k * (T - t)) * p1 ** 2 * (sigmaB ** 2 + sigmaW ** 2 * productOfMeans(t));
  return Math.exp(k * T) * covariance + integrate(source, 0, T);
}
