import {
  copiedInputsMeanField,
  eulerMeanField,
  limitMeanField,
  limitParameters,
  networkMeanField,
} from '@resdiff/limits';
import { passingTime } from './passing.ts';
import { limitExplosion, networkOf, type Case, type ExplosionSettings } from './settings.ts';

/**
 * When the mean field of a case (its own depth, infinite width) passes each threshold; NaN if not before
 * T.
 */
export function meanFieldPassings(settings: ExplosionSettings, own: Case): number[] {
  const network = networkOf(settings, own);
  const { activation, depth, T } = network;
  const dt = T / depth;
  const highest = settings.thresholds.at(-1)!;
  const parameters = limitParameters(activation, network);
  let state = copiedInputsMeanField([own.z]);
  const path = [state.lambda[0]];
  for (let layer = 0; layer < depth && state.lambda[0] < highest; layer++) {
    state =
      own.process === 'resnet'
        ? networkMeanField(state, activation, network, dt, 1)
        : eulerMeanField(state, parameters, dt, 1);
    path.push(state.lambda[0]);
  }
  return settings.thresholds.map((threshold) => passingTime(path, threshold, dt) ?? NaN);
}

/** |x|^2/D of the doubly infinite limit at parts of its explosion time, each below 1. */
export function limitSquares(
  settings: ExplosionSettings,
  { activation, z }: Pick<Case, 'activation' | 'z'>,
  parts: readonly number[],
): number[] {
  const network = networkOf(settings, { activation, z, process: 'sde', size: 1 });
  const parameters = limitParameters(network.activation, network);
  const end = limitExplosion(settings, activation, z);
  const start = copiedInputsMeanField([z]);
  return parts.map((part) => limitMeanField(start, parameters, part * end).lambda[0]);
}

/** Halvings of the time between the start and the explosion. */
const HALVINGS = 50;

/** When the doubly infinite limit passes each threshold, by bisection; before it explodes. */
export function limitPassings(
  settings: ExplosionSettings,
  own: Pick<Case, 'activation' | 'z'>,
): number[] {
  const end = limitExplosion(settings, own.activation, own.z);
  return settings.thresholds.map((threshold) => {
    if (own.z ** 2 >= threshold) return 0;
    let [before, after] = [0, 1];
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (before + after) / 2;
      const [square] = limitSquares(settings, own, [middle]);
      [before, after] = square < threshold ? [middle, after] : [before, middle];
    }
    return before * end;
  });
}
