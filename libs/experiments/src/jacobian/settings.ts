import { edgeOfChaosPoints, NoEdgeOfChaosError } from '@resdiff/limits';
import {
  activationNames,
  diffusionLimit,
  findActivation,
  type Activation,
  type ResidualNetwork,
} from '@resdiff/networks';
import type { FeedforwardNetwork } from '@resdiff/sampler';
import { z } from 'zod';
import {
  activation,
  anyNumber,
  describedKeys,
  notNegative,
  numbers,
  positive,
  seed,
  someOf,
  wholeNumber,
} from '../settings.ts';

/** What is followed along the depth, in the order of the table. */
export const processes = ['network', 'euler', 'inverse', 'feedforward'] as const;
export type Process = (typeof processes)[number];

const factors = 'must be a list of 1 to 4 different numbers above 0, such as [0.8, 1]';

const shape = {
  activation: activation()
    .default('tanh')
    .describe(`the activation phi of the residual network: ${activationNames.join(', ')}`),
  input: anyNumber().default(1).describe('the input z; x_0 is z in every coordinate'),
  width: wholeNumber(1, 1000).default(50).describe('D, the coordinates of the state'),
  depth: wholeNumber(1, 100_000).default(100).describe('L, the layers or Euler steps'),
  T: positive().default(1).describe('the time that the depth stands for; a layer is T / L'),
  sigmaW: notNegative().default(1).describe('sigma_w, a standard deviation'),
  sigmaB: notNegative().default(1).describe('sigma_b, a standard deviation'),
  draws: wholeNumber(2, 10_000_000).default(400).describe('draws of each process'),
  snapshots: wholeNumber(2, 1000)
    .default(11)
    .describe('layers that are looked at, evenly spaced from 0 to the depth'),
  processes: someOf(processes)
    .default([...processes])
    .describe(
      'any of network (its Jacobian), euler (the Euler scheme of its limit), inverse (that of the inverse of the limit), feedforward (gradients of feedforward networks)',
    ),
  feedforwardActivation: activation()
    .default('tanh')
    .describe('the activation of the feedforward networks'),
  feedforwardSigmaB: notNegative()
    .default(0.2)
    .describe('sigma_b of the feedforward networks; sigma_w follows from the edge of chaos'),
  feedforwardScales: numbers(4)
    .refine((scales) => scales.every((scale) => scale > 0), { error: factors })
    .default([0.8, 1, 1.25])
    .describe('sigma_w of the feedforward networks, in units of that at the edge of chaos'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const jacobianSettings = z.strictObject(shape).superRefine((settings, context) => {
  const refuse = (key: keyof typeof shape, message: string) => {
    context.addIssue({ code: 'custom', path: [key], message });
  };
  const schemes = settings.processes.filter(isScheme);
  const limit = diffusionLimit(findActivation(settings.activation)!);
  if (schemes.length > 0 && !limit.exists) {
    refuse(
      'activation',
      `must have a diffusion limit for the ${schemes.join(' and the ')} process: ${limit.reason} Leave them out with processes=network,feedforward, or take another activation`,
    );
  }
  if (settings.processes.includes('feedforward')) {
    try {
      edgeOfChaos(settings);
    } catch (error) {
      if (!(error instanceof NoEdgeOfChaosError)) throw error;
      refuse(
        'feedforwardSigmaB',
        `must have an edge of chaos: ${error.message.replace(/\.$/, '')}`,
      );
    }
  }
});

export type JacobianSettings = z.output<typeof jacobianSettings>;

export const jacobianKeys = describedKeys(shape);

/** Whether a process is a scheme of the limit, which the limit has to exist for. */
export function isScheme(process: Process): process is 'euler' | 'inverse' {
  return process === 'euler' || process === 'inverse';
}

export function networkOf(settings: JacobianSettings): ResidualNetwork {
  const { width, depth, T, sigmaW, sigmaB } = settings;
  return { width, depth, T, sigmaW, sigmaB, activation: findActivation(settings.activation)! };
}

/** The feedforward network whose sigma_w is so many times that of the edge of chaos. */
export function feedforwardOf(settings: JacobianSettings, scale: number): FeedforwardNetwork {
  const { width, depth, feedforwardSigmaB } = settings;
  return {
    width,
    depth,
    activation: feedforwardActivation(settings),
    sigmaW: scale * edgeOfChaos(settings).sigmaW,
    sigmaB: feedforwardSigmaB,
  };
}

/** The layers that are looked at: as many as `snapshots`, or every one where there are fewer. */
export function snapshotLayers({ depth, snapshots }: JacobianSettings): number[] {
  const spaced = Array.from({ length: snapshots }, (_, i) =>
    Math.round((depth * i) / (snapshots - 1)),
  );
  return [...new Set(spaced)];
}

type Feedforward = Pick<JacobianSettings, 'feedforwardActivation' | 'feedforwardSigmaB'>;

function feedforwardActivation({ feedforwardActivation }: Feedforward): Activation {
  return findActivation(feedforwardActivation)!;
}

/** The point at the edge of chaos whose variance attracts others, or else the first. */
function edgeOfChaos(settings: Feedforward) {
  const points = edgeOfChaosPoints(feedforwardActivation(settings), settings.feedforwardSigmaB);
  return points.find(({ varianceSlope }) => varianceSlope < 1) ?? points[0];
}
