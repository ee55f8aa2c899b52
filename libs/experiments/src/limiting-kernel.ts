import { completedTangentKernelParts, type CompletedLimit } from '@resdiff/limits';
import { diffusionLimit, findActivation, type AffineKernel } from '@resdiff/networks';
import type { CompletedSettings } from './completed.ts';

/** Which of the outer layers are trained. */
export interface TrainedLayers {
  readonly inputLayer: 'trained' | 'frozen';
  readonly outputLayer: 'trained' | 'frozen';
}

/** Why completed networks with some settings have no affine kernel in the doubly infinite limit. */
export interface MissingKernel {
  /** The setting that is to blame. */
  readonly setting: 'activation' | 'sigmaY';
  /** A sentence without its full stop. */
  readonly reason: string;
}

/** What stands against an affine kernel in the limit; undefined if there is one. */
export function whyNoKernel({ activation, sigmaY }: CompletedSettings): MissingKernel | undefined {
  const limit = diffusionLimit(findActivation(activation)!);
  if (!limit.exists) {
    return { setting: 'activation', reason: limit.reason.replace(/\.$/, '') };
  }
  if (findActivation(activation)!.atZero.ddphi !== 0) {
    return {
      setting: 'activation',
      reason: `${activation} has a second derivative at 0, so the kernels of its limit are not affine`,
    };
  }
  return sigmaY === 'unscaled'
    ? {
        setting: 'sigmaY',
        reason: 'outputs with unscaled output weights grow without bound with the width',
      }
    : undefined;
}

/** The network as the doubly infinite limit knows it; the settings must have one. */
export function completedLimit(
  { activation, T, sigmaW, sigmaB, sigmaZ, sigmaY }: CompletedSettings,
  inputs: number,
): CompletedLimit {
  return {
    activation: findActivation(activation)!,
    T,
    sigmaW,
    sigmaB,
    sigmaZ: sigmaZ === 'fan-in' ? inputs ** -0.5 : sigmaZ,
    sigmaY: sigmaY as number,
  };
}

/** The limiting tangent kernel of what is trained: (37) of [PF22] if both outer layers are. */
export function trainedKernel(
  settings: CompletedSettings & TrainedLayers,
  inputs: number,
): AffineKernel {
  const { input, weights, biases, output } = completedTangentKernelParts(
    completedLimit(settings, inputs),
  );
  const trained = [
    weights,
    biases,
    ...(settings.inputLayer === 'trained' ? [input] : []),
    ...(settings.outputLayer === 'trained' ? [output] : []),
  ];
  return {
    constant: trained.reduce((sum, { constant }) => sum + constant, 0),
    slope: trained.reduce((sum, { slope }) => sum + slope, 0),
  };
}
