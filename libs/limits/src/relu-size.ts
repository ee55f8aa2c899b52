/** Euler's constant. */
const GAMMA = 0.5772156649015329;

/**
 * E log|x| of a preactivation of the last of L layers of a feedforward ReLU network without biases,
 * for the copied input z, given that no layer is inactive throughout: exact at every width D. A row
 * of Gaussian weights gives each unit a sign of its own, so K of D are active, binomial, and
 * |phi(x_l)|^2 = (sigmaW^2/D) |phi(x_{l-1})|^2 chi^2_K with fresh K in each layer (as in Hanin and
 * Nica, "Products of many large random matrices and gradients in deep neural networks", 2020).
 */
export function reluMeanLogSize(
  z: number,
  {
    width,
    depth,
    sigmaW,
  }: { readonly width: number; readonly depth: number; readonly sigmaW: number },
): number {
  const factor = 2 * Math.log(sigmaW) - Math.log(width) + meanLogActiveSquare(width);
  // E log|N(0, 1)| = (digamma(1/2) + log 2)/2.
  const last = meanLogChiSquare(1)[1] / 2;
  return Math.log(sigmaW * Math.abs(z)) + ((depth - 1) / 2) * factor + last;
}

/** E log chi^2_K, K binomial(n, 1/2) given K > 0. */
function meanLogActiveSquare(n: number): number {
  const logarithms = meanLogChiSquare(n);
  let logWeight = -n * Math.LN2;
  let sum = 0;
  let total = 0;
  for (let k = 1; k <= n; k++) {
    logWeight += Math.log((n - k + 1) / k);
    const weight = Math.exp(logWeight);
    sum += weight * logarithms[k];
    total += weight;
  }
  return sum / total;
}

/** E log chi^2_k = digamma(k/2) + log 2 for k = 0, ..., n; that of 0 is -Infinity. */
function meanLogChiSquare(n: number): Float64Array {
  const digamma = Float64Array.of(-Infinity, -GAMMA - 2 * Math.LN2, -GAMMA);
  const all = new Float64Array(n + 1);
  for (let k = 0; k <= n; k++) {
    all[k] = k <= 2 ? digamma[k] + Math.LN2 : all[k - 2] + 2 / (k - 2);
  }
  return all;
}
