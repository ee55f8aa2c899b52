import type { AffineKernel } from '@resdiff/networks';
import { evaluateAffine, type AffineFunction } from './affine-function.ts';
import { featureFactors, scaleBothSides } from './affine-kernel.ts';
import { affineFunction } from './affine-regression.ts';
import { featureProducts, type RegressionData } from './regression-data.ts';
import { requireColumns, rowCount, type Outputs, type Rows } from './rows.ts';
import {
  combinations,
  positiveEigen,
  projections,
  type SymmetricEigen,
} from './symmetric-eigen.ts';

/** The eigenvalues of an affine kernel's matrix K over inputs X, and what they belong to. */
export interface AffineSpectrum {
  /** N, the number of inputs. */
  readonly count: number;
  /** Those of Phi^T Phi, Phi the features sqrt(constant), sqrt(slope) x: K's but for zeros. */
  readonly eigen: SymmetricEigen;
  /** The factors of the features. */
  readonly factors: Float64Array;
}

/**
 * Functions trained by gradient descent on the loss sum_i |f(x_i) - y_i|^2 / (2 N), linear in their
 * parameters with tangent kernel k: the closed form of kernel gradient flow (Jacot, Gabriel &
 * Hongler, "Neural Tangent Kernel", 2018, section 5; Lee et al., "Wide neural networks of any depth
 * evolve as linear models under gradient descent", 2019, equations (10) and (11)).
 */
export interface GradientFlow {
  readonly spectrum: AffineSpectrum;
  readonly outputs: number;
  /** The initial residuals f_0(X) - Y in the eigenvectors, v^T Phi^T (f_0(X) - Y), a row each. */
  readonly residuals: Float64Array;
}

/**
 * Decomposes the kernel once, for any targets and times.
 *
 * @throws {RangeError} if the constant or the slope is negative or not finite.
 */
export function affineSpectrum(
  { count, features, moments }: Pick<RegressionData, 'count' | 'features' | 'moments'>,
  kernel: AffineKernel,
): AffineSpectrum {
  const factors = featureFactors(kernel, features);
  return { count, eigen: positiveEigen(scaleBothSides(moments, factors), features), factors };
}

/** 2 N / lambda_max(K): gradient descent diverges above this rate. */
export function largestStableRate({ count, eigen }: AffineSpectrum): number {
  return eigen.values.length === 0 ? Infinity : (2 * count) / eigen.values[0];
}

/**
 * @param inputs X, as given to the spectrum.
 * @param initial f_0(X), a row an input.
 * @param targets Y, of the same shape.
 * @throws {RangeError} if the shapes differ.
 */
export function gradientFlow(
  spectrum: AffineSpectrum,
  inputs: Rows,
  initial: Rows,
  targets: Rows,
): GradientFlow {
  const { count, eigen, factors } = spectrum;
  for (const [name, rows] of Object.entries({ inputs, initial, targets })) {
    const found = rowCount(name, rows);
    if (found !== count) throw new RangeError(`${name}: ${found} rows, must be ${count}`);
  }
  requireColumns('inputs', inputs, eigen.size - 1);
  requireColumns('initial', initial, targets.columns);
  const outputs = targets.columns;
  const { scale = 1 } = initial;
  const { scale: targetScale = 1 } = targets;
  const residuals = Float64Array.from(
    initial.values,
    (value, index) => scale * value - targetScale * targets.values[index],
  );
  const gradient = featureProducts(inputs, { values: residuals, columns: outputs }).map(
    (value, index) => factors[Math.floor(index / outputs)] * value,
  );
  return { spectrum, outputs, residuals: projections(eigen, gradient, outputs) };
}

/**
 * f_t - f_0 = -k(., X) K^{-1} (I - e^{-K t / N}) (f_0(X) - Y) at time t of the gradient flow. K may be
 * singular: directions it does not see do not move.
 */
export function flowDisplacement(flow: GradientFlow, time: number): AffineFunction {
  const { count } = flow.spectrum;
  return displacement(flow, (eigenvalue) => -Math.expm1((-eigenvalue * time) / count));
}

/** f_k - f_0 after k steps of gradient descent at this rate: e^{-K t / N} becomes (I - rate K / N)^k. */
export function descentDisplacement(
  flow: GradientFlow,
  steps: number,
  rate: number,
): AffineFunction {
  const { count } = flow.spectrum;
  return displacement(flow, (eigenvalue) => {
    const contraction = (rate * eigenvalue) / count;
    return contraction < 0.5
      ? -Math.expm1(steps * Math.log1p(-contraction))
      : 1 - (1 - contraction) ** steps;
  });
}

/** f_0 + (f_t - f_0) at any inputs, from f_0 there. */
export function displaced(initial: Rows, displacement: AffineFunction, inputs: Rows): Outputs {
  const moved = evaluateAffine(displacement, inputs);
  const { scale = 1 } = initial;
  requireColumns('initial', initial, moved.columns);
  const count = rowCount('initial', initial);
  if (initial.values.length !== moved.values.length) {
    throw new RangeError(
      `${rowCount('inputs', inputs)} inputs and ${count} initial outputs, must be as many`,
    );
  }
  const values = moved.values.map((value, index) => scale * initial.values[index] + value);
  return { values, columns: moved.columns };
}

/** @param progress The share of a residual that is gone by now, by its eigenvalue. */
function displacement(
  { spectrum: { eigen, factors }, outputs, residuals }: GradientFlow,
  progress: (eigenvalue: number) => number,
): AffineFunction {
  const shares = eigen.values.map((eigenvalue) => -progress(eigenvalue) / eigenvalue);
  const steps = residuals.map((value, index) => shares[Math.floor(index / outputs)] * value);
  return affineFunction(combinations(eigen, steps, outputs), factors, outputs);
}
