import { instantaneousMoments } from '@resdiff/limits';
import { findActivation, identity } from '@resdiff/networks';
import type { Entry } from './entries.ts';
import { lawOf, statesOf, type Law, type ParameterLawsSettings } from './settings.ts';

/** The trapezoidal rule in standard deviations, whose error falls faster than any power of its step. */
const REACH = 8;
const STEP = 1 / 4;
const nodes = Array.from({ length: (2 * REACH) / STEP + 1 }, (_, i) => -REACH + i * STEP);
const densities = nodes.map((z) => Math.exp((-z * z) / 2));
const mass = densities.reduce((sum, density) => sum + density, 0);
const weights = densities.map((density) => density / mass);

/** A moment of the increments per unit of time, by its entry. */
export type MomentOf = (entry: Entry) => number;

/** Drift and covariance as the step goes to 0: Theorem 3.1 of [PF22]. */
export function limitMoments(settings: ParameterLawsSettings, name: Law): MomentOf {
  return momentsOf(settings, name, settings.activation);
}

/**
 * Mean and covariance of phi(DW psi(x) + Db) over dt for a step of this length: the preactivations are
 * Gaussian with the drift and the covariance that Theorem 3.1 gives for phi = identity, times dt, and
 * their images under phi are averaged by quadrature.
 */
export function stepMoments(settings: ParameterLawsSettings, name: Law): MomentOf {
  const { step } = settings;
  const { phi } = findActivation(settings.activation)!;
  const preactivation = momentsOf(settings, name, identity.name);
  const meanOf = (row: number) => step * preactivation({ moment: 'drift', row, column: row });
  const covarianceOf = (row: number, column: number) =>
    step * preactivation({ moment: 'covariance', row, column });
  const expectation = (row: number) => {
    const deviation = Math.sqrt(covarianceOf(row, row));
    return normalMean((z) => phi(meanOf(row) + deviation * z));
  };
  return ({ moment, row, column }) => {
    if (moment === 'drift') return expectation(row) / step;
    const [mean, other] = [meanOf(row), meanOf(column)];
    const deviation = Math.sqrt(covarianceOf(row, row));
    const slope = deviation === 0 ? 0 : covarianceOf(row, column) / deviation;
    const rest = Math.sqrt(Math.max(0, covarianceOf(column, column) - slope ** 2));
    const product = normalMean(
      (z) => phi(mean + deviation * z) * normalMean((w) => phi(other + slope * z + rest * w)),
    );
    return (product - expectation(row) * expectation(column)) / step;
  };
}

function momentsOf(settings: ParameterLawsSettings, name: Law, activation: string): MomentOf {
  const { width } = settings;
  const { drift, covariance } = instantaneousMoments(
    statesOf(settings),
    findActivation(activation)!,
    lawOf(settings, name),
    findActivation(settings.psi),
  );
  const blocks = new Map<string, Float64Array>();
  const block = (i: number, j: number) => {
    const known = blocks.get(`${i} ${j}`) ?? covariance(i, j);
    blocks.set(`${i} ${j}`, known);
    return known;
  };
  const place = (index: number) => [Math.floor(index / width), index % width] as const;
  return ({ moment, row, column }) => {
    const [i, o] = place(row);
    const [j, p] = place(column);
    return moment === 'drift' ? drift[i][o] : block(i, j)[o * width + p];
  };
}

/** E f(z), z ~ N(0, 1). */
function normalMean(f: (z: number) => number): number {
  return weights.reduce((sum, weight, i) => sum + weight * f(nodes[i]), 0);
}
