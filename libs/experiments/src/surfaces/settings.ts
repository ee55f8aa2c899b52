import { activationNames, findActivation, type ResidualNetwork } from '@resdiff/networks';
import { z } from 'zod';
import { describedKeys, notNegative, positive, seed, someOf, wholeNumber } from '../settings.ts';

/** Activations whose surfaces are smooth, so that a draw is interpolated from few inputs. */
export const smoothActivations = activationNames.filter((name) => findActivation(name)!.smooth);

/** Rows of the merged table at most. */
const MOST_ROWS = 20_000_000;

const shape = {
  activations: someOf(smoothActivations)
    .default(['tanh', 'swish'])
    .describe(`the activations phi, any of ${smoothActivations.join(', ')}`),
  points: wholeNumber(3, 128)
    .default(61)
    .describe('evenly spaced values of each coordinate of the input z'),
  range: positive().default(2).describe('both coordinates of z go from -range to range'),
  sigmaZ: positive().default(1).describe('sigma_Z: x_0 = A z, the entries of A are N(0, sigmaZ^2)'),
  width: wholeNumber(1, 10_000).default(500).describe('D, the coordinates of the state'),
  depth: wholeNumber(1, 1_000_000).default(500).describe('L, the layers'),
  T: positive().default(1).describe('the time that the depth stands for; a layer is T / L'),
  sigmaW: notNegative().default(1).describe('sigma_w, a standard deviation'),
  sigmaB: notNegative().default(1).describe('sigma_b, a standard deviation'),
  draws: wholeNumber(1, 1_000_000).default(200).describe('draws with each activation'),
  shown: wholeNumber(1, 4).default(2).describe('draws of each activation in the figure, the first'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const surfacesSettings = z.strictObject(shape).superRefine((settings, context) => {
  const refuse = (key: keyof typeof shape, message: string) =>
    context.addIssue({ code: 'custom', path: [key], message });
  const { activations, points, draws, shown } = settings;
  const most = Math.floor(MOST_ROWS / (activations.length * points ** 2));
  if (draws > most) {
    refuse(
      'draws',
      `must be at most ${most} with ${points} points and these activations, as the table has a row for each input of each draw; take fewer points for more`,
    );
  }
  if (shown > draws) refuse('shown', `must be at most draws, which is ${draws}`);
});

export type SurfacesSettings = z.output<typeof surfacesSettings>;
export const surfacesKeys = describedKeys(shape);

/** The residual network with one of the activations. */
export function networkOf(settings: SurfacesSettings, activation: string): ResidualNetwork {
  const { width, depth, T, sigmaW, sigmaB } = settings;
  return { width, depth, T, sigmaW, sigmaB, activation: findActivation(activation)! };
}
