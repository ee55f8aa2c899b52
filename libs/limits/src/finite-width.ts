/**
 * Networks of finite width and infinite depth, Hayou, "On the infinite-depth limit of finite-width
 * neural networks": Y_l = Y_{l-1} + L^{-1/2} W_l phi(Y_{l-1}), W ~ N(0, 1/n), whose limit over
 * [0, 1] is dX = n^{-1/2} |phi(X)| dB. Hayou's phi is psi here, and phi is the identity; sigmaW = 1,
 * sigmaB = 0.
 */

/** A Gaussian law. */
export interface NormalLaw {
  readonly mean: number;
  readonly variance: number;
}

/**
 * Width 1, ReLU, X_0 = x > 0: X_t = x exp(B_t - t/2), geometric Brownian motion.
 *
 * @returns the law of log X_t.
 * @throws {RangeError} if x is not positive: from x <= 0 nothing moves.
 */
export function reluPath(x: number, t: number): NormalLaw {
  if (!(x > 0)) {
    throw new RangeError(`The initial state is ${x}; it must be positive, else it does not move.`);
  }
  return { mean: Math.log(x) - t / 2, variance: t };
}

/**
 * Width 1, phi = h' o h^{-1} with h'(y) = exp(a y^2): Y = h^{-1}(X) is the Ornstein-Uhlenbeck
 * process dY = dB - a Y dt.
 *
 * @returns the law of Y_t from Y_0 = y.
 */
export function ornsteinUhlenbeckPath(y: number, a: number, t: number): NormalLaw {
  return {
    mean: y * Math.exp(-a * t),
    variance: a === 0 ? t : -Math.expm1(-2 * a * t) / (2 * a),
  };
}

/**
 * Width n, ReLU, while some unit is active:
 * log|phi(X_t)| = log|phi(X_0)| + n^{-1/2} B_t + (1/n) int mu_s ds, mu = #active/2 - 1.
 *
 * @returns mu/n, the growth of log|phi(X)| per unit of time with this many active units.
 */
export function reluLogNormDrift(width: number, active: number): number {
  requireWidth(width);
  return (active / 2 - 1) / width;
}

/**
 * G0(n) = 1/(4 (1 - 2^{-n})) - 1/n: the mean growth of log|phi(X)| at time 0 from a symmetric X_0,
 * given that some unit is active. It changes sign from n = 3 to n = 4. Later the law of the active
 * units is another: only signs carry over.
 */
export function reluInitialLogNormGrowth(width: number): number {
  requireWidth(width);
  return 1 / (4 * (1 - 2 ** -width)) - 1 / width;
}

/** |phi(X_t)|/|phi(X_0)| of ReLU as the width grows after the depth: e^{t/4}. */
export function reluInfiniteWidthGrowth(t: number): number {
  return Math.exp(t / 4);
}

function requireWidth(width: number): void {
  if (!Number.isSafeInteger(width) || width < 1) {
    throw new RangeError(`The width is ${width}; it must be a positive integer.`);
  }
}
