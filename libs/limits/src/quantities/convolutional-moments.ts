import { patchScalings, type PatchScaling } from '@resdiff/networks';
import { convolutionalLimit } from '../convolutional.ts';
import { copiedInputsMeanField } from '../moments.ts';
import { limitParameters } from '../parameters.ts';
import { phi, sigmaB, sigmaW, T } from './common.ts';
import { LimitParameterError, oneOf, positiveInteger, vectors } from './parameter.ts';
import { quantity } from './quantity.ts';

/** Products of any two sites are followed. */
const MOST_SITES = 256;

export const convolutionalMoments = quantity({
  name: 'convolutional-moments',
  description: 'moments of a convolutional network at the sites of an image (section 3.2)',
  parameters: {
    activation: phi,
    image: vectors({
      description: 'the input by rows, copied into every channel',
      default: '[[1, 1, 1], [1, 1, 1], [1, 1, 1]]',
    }),
    kernel: positiveInteger({ description: 'K, odd: a patch has K x K sites', default: '3' }),
    patchScaling: oneOf<PatchScaling>(patchScalings, {
      description: 'whether K^2 divides the variance of weights (fan-in) or not (none)',
      default: 'none',
    }),
    T,
    sigmaW,
    sigmaB,
  },
  rows({ activation, image, kernel, patchScaling, T, sigmaW, sigmaB }) {
    const [rows, columns] = [image.length, image[0].length];
    if (rows * columns > MOST_SITES) {
      throw new LimitParameterError(
        'image',
        `image is ${rows} x ${columns}; it must have at most ${MOST_SITES} sites.`,
      );
    }
    if (kernel % 2 === 0) {
      throw new LimitParameterError('kernel', `kernel is ${kernel}; it must be odd.`);
    }
    const convolution = { rows, columns, kernel, patchScaling };
    const { m, lambda } = convolutionalLimit(
      copiedInputsMeanField(image.flat()),
      { ...limitParameters(activation, { sigmaW, sigmaB }), convolution },
      T,
    );
    const sites = rows * columns;
    const centre = Math.floor(rows / 2) * columns + Math.floor(columns / 2);
    const of = (name: string, value: (site: number) => number) =>
      Array.from({ length: sites }, (_, site) => ({
        quantity: name,
        at: { row: Math.floor(site / columns), column: site % columns },
        value: value(site),
      }));
    return [
      ...of('m', (site) => m[site]),
      ...of('q', (site) => lambda[site * (sites + 1)]),
      ...of('lambdaCentre', (site) => lambda[site * sites + centre]),
    ];
  },
});
