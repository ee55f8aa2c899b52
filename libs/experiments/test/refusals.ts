import type { Experiment, Settings } from '../src/experiment.ts';

/** What is wrong with each key of an experiment's settings. */
export function refusals<Resolved extends Settings>(
  { settings }: Experiment<Resolved>,
  given: Record<string, unknown>,
): Record<string, string> {
  const { error } = settings.safeParse(given);
  return Object.fromEntries(
    error?.issues.map(({ path, message }) => [String(path[0]), message]) ?? [],
  );
}

const noNumber = ['3', '', null, true, [3], {}, NaN, Infinity, -Infinity];
const noText = [3, null, true, [], {}, NaN];
const whole = (least: number, most: number) => `must be a whole number from ${least} to ${most}`;
const positive = 'must be a finite number above 0';

/** A key, values that it must not have, and what is said of them. */
export type Refused = readonly [key: string, values: readonly unknown[], message: string];

export function refusedWhole(key: string, least: number, most: number): Refused {
  return [key, [least - 1, least + 0.5, most + 1, -1, ...noNumber], whole(least, most)];
}

export function refusedPositive(key: string): Refused {
  return [key, [0, -1, 'text', ...noNumber], positive];
}

export function refusedChoice(key: string, ...choices: string[]): Refused {
  return [key, ['', 'toString', choices.join(' '), ...noText], `must be ${choices.join(' or ')}`];
}

export function refusedSome(key: string, ...choices: string[]): Refused {
  const values = ['', [], 'all', [choices[0], 'all'], `${choices[0]},,`, ...noText];
  return [key, values, `must be one or more of ${choices.join(', ')}`];
}

export function refusedSizes(key: string, atMost?: number): Refused {
  const values = [0, -1, 1.5, 10_001, [], '', 'text', [10, 'x'], [10, 10], '10,10', null, true, {}];
  const tooMany = atMost === undefined ? [] : [Array.from({ length: atMost + 1 }, (_, i) => i + 1)];
  const howMany = atMost === undefined ? 'one or more' : `1 to ${atMost}`;
  return [
    key,
    [...values, ...tooMany, NaN, Infinity],
    `must be ${howMany} different whole numbers from 1 to 10000, such as [10, 100]`,
  ];
}

/** What all experiments on images refuse alike. */
export const refusedData: readonly Refused[] = [
  [
    'data',
    ['', ...noText],
    'must be mnist, fashion-mnist, synthetic, or the path of a folder with IDX files',
  ],
  refusedWhole('trainImages', 1, 10_000_000),
  refusedWhole('testImages', 1, 10_000_000),
  [
    'seed',
    [-1, 1.5, 2 ** 53, '-1', 'text', '', null, true, [1], {}, NaN],
    'must be a whole number from 0 to 2^64 - 1, in quotes if it is above 2^53 - 1 = 9007199254740991',
  ],
];

/** What all experiments on completed networks refuse alike. */
export const refusedNetworks: readonly Refused[] = [
  [
    'activation',
    ['sigmoid', '', 3, null, ['tanh'], 'constructor'],
    'must be one of tanh, swish, relu, identity, erf, sin, gelu, softplus-shifted, sigmoid-centred',
  ],
  refusedPositive('T'),
  ...['sigmaW', 'sigmaB'].map((key): Refused => [
    key,
    [-1, -1e-300, ...noNumber],
    'must be a finite number, 0 or above',
  ]),
  ['sigmaZ', [0, -1, 'unscaled', ...noNumber], 'must be a finite number above 0, or fan-in'],
  ['sigmaY', [0, -1, 'fan-in', ...noNumber], 'must be a finite number above 0, or unscaled'],
];

export const refusedEngine = refusedChoice('engine', 'onnx', 'tfjs', 'tfjs-cpu');
