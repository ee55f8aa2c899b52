import { instantaneousMoments as momentsAt } from '../instantaneous-moments.ts';
import { phi } from './common.ts';
import { lawOf, lawParameters, requireWidth } from './law.ts';
import { activation, LimitParameterError, vectors } from './parameter.ts';
import { quantity } from './quantity.ts';

/** Of all states together: covariances are half the square of it, and are all printed. */
const MOST_COORDINATES = 400;

export const instantaneousMoments = quantity({
  name: 'instantaneous-moments',
  description: 'drift and covariance of the limiting diffusion at given states (Theorem 3.1)',
  parameters: {
    activation: phi,
    psi: activation({ description: 'the inner activation psi', default: 'identity' }),
    states: vectors({
      description: 'states, a row of D coordinates an input',
      default: '[[1, 0], [0, 2]]',
    }),
    ...lawParameters,
  },
  rows({ activation, psi, states, ...law }) {
    const width = states[0].length;
    requireWidth('states', width, law.law);
    const size = states.length * width;
    if (size > MOST_COORDINATES) {
      throw new LimitParameterError(
        'states',
        `states is ${states.length} x ${width}; it must have at most ${MOST_COORDINATES} entries.`,
      );
    }
    const { drift, covariance } = momentsAt(
      states.map((row) => Float64Array.from(row)),
      activation,
      lawOf(width, law),
      psi,
    );
    const coordinates = Array.from({ length: size }, (_, index) => ({
      input: Math.floor(index / width),
      coordinate: index % width,
    }));
    return [
      ...coordinates.map((at) => ({
        quantity: 'drift',
        at,
        value: drift[at.input][at.coordinate],
      })),
      ...states.flatMap((_, input) =>
        states.slice(input).flatMap((__, offset) => {
          const otherInput = input + offset;
          const block = covariance(input, otherInput);
          return Array.from(block, (value, index) => ({
            quantity: 'covariance',
            at: {
              input,
              coordinate: Math.floor(index / width),
              otherInput,
              otherCoordinate: index % width,
            },
            value,
          })).filter(({ at }) => offset > 0 || at.coordinate <= at.otherCoordinate);
        }),
      ),
    ];
  },
});
