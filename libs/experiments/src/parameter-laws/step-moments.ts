import { gaussianMean, gaussianProduct, instantaneousMoments } from '@resdiff/limits';
import { findActivation, identity } from '@resdiff/networks';
import type { Entry } from './entries.ts';
import { lawOf, statesOf, type Law, type ParameterLawsSettings } from './settings.ts';

/** Variances of preactivations beyond which quadratures of all their pairs would take minutes. */
export const MOST_VARIANCE = 100;

/** A moment of the increments per unit of time, by its entry. */
export type MomentOf = (entry: Entry) => number;

/** Drift and covariance as the step goes to 0: Theorem 3.1 of [PF22]. */
export function limitMoments(settings: ParameterLawsSettings, name: Law): MomentOf {
  return momentsOf(settings, name, settings.activation);
}

/**
 * Mean and covariance of phi(DW psi(x) + Db) over dt for a step of this length: the preactivations are
 * Gaussian with the drift and the covariance that Theorem 3.1 gives for phi = identity, times dt, and
 * their images under phi are averaged by quadrature. NaN where they vary by more than MOST_VARIANCE.
 */
export function stepMoments(settings: ParameterLawsSettings, name: Law): MomentOf {
  const { step } = settings;
  const { phi } = findActivation(settings.activation)!;
  const preactivation = momentsOf(settings, name, identity.name);
  if (settings.activation === identity.name) return preactivation;
  const meanOf = (row: number) => step * preactivation({ moment: 'drift', row, column: row });
  const covarianceOf = (row: number, column: number) =>
    step * preactivation({ moment: 'covariance', row, column });
  /** phi of a preactivation by how far that is from its mean. */
  const image = (row: number) => {
    const mean = meanOf(row);
    return (h: number) => phi(mean + h);
  };
  const expectation = (row: number) => gaussianMean(image(row), covarianceOf(row, row));
  const isWide = (row: number) => covarianceOf(row, row) > MOST_VARIANCE;
  return ({ moment, row, column }) => {
    if (isWide(row) || isWide(column)) return NaN;
    if (moment === 'drift') return expectation(row) / step;
    // Independent: the difference below would be rounding.
    if (covarianceOf(row, column) === 0) return 0;
    const product = gaussianProduct(
      image(row),
      covarianceOf(row, row),
      covarianceOf(column, column),
      covarianceOf(row, column),
      image(column),
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
