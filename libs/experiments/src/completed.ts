import { activationNames, findActivation, type CompletedNetwork } from '@resdiff/networks';
import type { z } from 'zod';
import { activation, notNegative, positive, positiveOr } from './settings.ts';

/** The settings of a completed network that do not depend on its size or its data. */
export const completedShape = {
  activation: activation()
    .default('tanh')
    .describe(`the activation phi: ${activationNames.join(', ')}`),
  T: positive().default(1).describe('the time that the depth stands for; a layer is T / L'),
  sigmaW: notNegative().default(1).describe('sigma_w: weights are N(0, sigmaW^2 T / (L D))'),
  sigmaB: notNegative().default(0.1).describe('sigma_b: biases are N(0, sigmaB^2 T / L)'),
  sigmaZ: positiveOr('fan-in')
    .default('fan-in')
    .describe('sigma_Z: input weights are N(0, sigmaZ^2); fan-in stands for pixels^-0.5'),
  sigmaY: positiveOr('unscaled')
    .default(1)
    .describe('sigma_Y: output weights are N(0, sigmaY^2 / D); unscaled stands for N(0, 1)'),
};

export type CompletedSettings = z.output<z.ZodObject<typeof completedShape>>;

/** Coordinates of a completed network. */
export type CompletedSize = Pick<CompletedNetwork, 'width' | 'depth' | 'inputs' | 'outputs'>;

export function completedNetwork(
  { activation, T, sigmaW, sigmaB, sigmaZ, sigmaY }: CompletedSettings,
  { width, depth, inputs, outputs }: CompletedSize,
): CompletedNetwork {
  return {
    width,
    depth,
    inputs,
    outputs,
    T,
    activation: findActivation(activation)!,
    sigmaW,
    sigmaB,
    sigmaZ: sigmaZ === 'fan-in' ? inputs ** -0.5 : sigmaZ,
    sigmaY: sigmaY === 'unscaled' ? Math.sqrt(width) : sigmaY,
  };
}

/** Refuses scales of 0, by which standard gradients would have to be divided. */
export function refuseZeroScales(
  settings: Pick<CompletedSettings, 'sigmaW' | 'sigmaB'>,
  context: z.RefinementCtx,
): void {
  for (const key of ['sigmaW', 'sigmaB'] as const) {
    if (settings[key] > 0) continue;
    context.addIssue({
      code: 'custom',
      path: [key],
      message: 'must be above 0 with standard gradients; reparametrised ones may have it at 0',
    });
  }
}
