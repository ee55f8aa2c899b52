import type { MatrixProduct } from './tails.ts';

/** Where the integrand has vanished, in the logarithm of its variable, and the step of the rule. */
const REACH = 40;
const STEP = 1 / 8;

/**
 * E log |c e + s z|^2, e a unit vector, z ~ N(0, I_D), s^2 = k/D: what the logarithm of |e^T g|^2 grows
 * by in the mean with each factor c I + A of `MatrixProduct`, since its rows are Gaussian in all
 * directions alike. By Frullani's integral of (e^{-u} - E e^{-uX})/u over u > 0, with the Laplace
 * transform (1 + 2 s^2 u)^{-D/2} exp(-c^2 u/(1 + 2 s^2 u)) of a noncentral chi-squared X; the
 * trapezoidal rule in log u is exact to rounding.
 */
export function meanLogSquare({ width, centre, variance }: MatrixProduct): number {
  const mean = centre ** 2 + variance;
  const [shift, spread] = [centre ** 2 / mean, (2 * variance) / (mean * width)];
  if (spread === 0) return Math.log(mean);
  const end = (2 / width) * REACH + Math.log1p(1 / spread);
  let sum = 0;
  for (let y = -REACH; y <= Math.max(end, REACH); y += STEP) {
    const u = Math.exp(y);
    const transform = -(width / 2) * Math.log1p(spread * u) - (shift * u) / (1 + spread * u);
    sum += Math.exp(-u) - Math.exp(transform);
  }
  return Math.log(mean) + STEP * sum;
}
