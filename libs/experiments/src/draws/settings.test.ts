import { describe, expect, it } from 'vitest';
import { drawsSettings } from './settings.ts';

/** What is wrong with each key of the settings. */
function refusals(given: Record<string, unknown>): Record<string, string> {
  const { error } = drawsSettings.safeParse(given);
  return Object.fromEntries(
    error?.issues.map(({ path, message }) => [String(path[0]), message]) ?? [],
  );
}

const one = (given: Record<string, unknown>) => drawsSettings.parse(given);

const whole = (most: number) => `must be a whole number from 1 to ${most}`;
const positive = 'must be a finite number above 0';
const notNegative = 'must be a finite number, 0 or above';
const inputs = 'must be a list of 1 to 1000 different finite numbers, such as [0, 1]';
const seed =
  'must be a whole number from 0 to 2^64 - 1, in quotes if it is above 2^53 - 1 = 9007199254740991';
const processes = 'must be one or more of resnet, sde, limit';
const activation =
  'must be one of tanh, swish, relu, identity, erf, sin, gelu, softplus-shifted, sigmoid-centred';

const noNumber = ['3', 'text', '', null, true, [3], {}, NaN, Infinity, -Infinity];

describe('refused', () => {
  it.each([
    ['width', [0, -1, 1.5, 100_001, ...noNumber], whole(100_000)],
    ['depth', [0, -1, 1.5, 1_000_001, ...noNumber], whole(1_000_000)],
    ['draws', [0, -1, 1.5, 2 ** 31, ...noNumber], whole(2 ** 31 - 1)],
    ['T', [0, -1, 'inf', ...noNumber], positive],
    ['sigmaW', [-1, -1e-300, ...noNumber], notNegative],
    ['sigmaB', [-1, -1e-300, ...noNumber], notNegative],
    ['seed', [-1, 1.5, 2 ** 53, 2 ** 64, '-1', '1.5', String(2n ** 64n), '0x'], seed],
    ['seed', ['text', '', null, true, [1], {}, NaN, Infinity], seed],
    ['activation', ['sigmoid', '', 3, null, true, ['tanh'], {}, 'constructor'], activation],
    ['coordinates', ['some', '', 1, null, true, ['first'], {}], 'must be first or all'],
    ['processes', [[], '', 'all', 'resnet sde', ['resnet', 3], 3, null, true, {}], processes],
    ['inputs', [[], '', 'text', [0, 'x'], '0,,1', null, true, {}, [[0]], [null]], inputs],
    ['inputs', [NaN, Infinity, [0, -Infinity], Array.from({ length: 1001 }, (_, i) => i)], inputs],
    ['inputs', [[1, 1], '1, 1.0', [0, -0]], inputs],
  ])('%s: %j', (key, values, message) => {
    for (const value of values) expect(refusals({ [key]: value })).toEqual({ [key]: message });
  });

  it('settings that do not exist, however they are called', () => {
    for (const key of ['foo', 'Width', 'experiment', 'toString']) {
      const { error } = drawsSettings.safeParse({ [key]: 1 });
      expect(error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: [key] }]);
    }
  });

  it('more coordinates than the table can number', () => {
    const message =
      'must be at most 32768 with coordinates=all, as the table numbers coordinates in 16 bits';
    expect(refusals({ coordinates: 'all', width: 40_000 })).toEqual({ width: message });
    expect(refusals({ coordinates: 'all', width: 32_768 })).toEqual({});
    expect(refusals({ coordinates: 'first', width: 40_000 })).toEqual({});
  });

  it.each([
    ['resnet, sde, limit', 'the sde and the limit process'],
    ['sde', 'the sde process'],
    ['resnet, limit', 'the limit process'],
  ])('relu with %s, naming the assumption that fails', (processes, which) => {
    const message = refusals({ activation: 'relu', processes }).activation;
    expect(message).toContain(`must have a diffusion limit for ${which}: relu has no diffusion`);
    expect(message).toContain('the assumption that phi is twice differentiable at 0 fails');
    expect(message).toContain('Draw the network alone with processes=resnet');
  });
});

describe('resolved', () => {
  it('relu, for the network alone', () => {
    expect(one({ activation: 'relu', processes: 'resnet' })).toMatchObject({
      activation: 'relu',
      processes: ['resnet'],
    });
  });

  it('names and their aliases', () => {
    for (const name of ['swish', 'silu', 'SiLU'])
      expect(one({ activation: name })).toMatchObject({ activation: 'swish' });
  });

  it('processes in one order', () => {
    for (const given of ['limit,resnet', ['limit', 'resnet'], ' resnet , limit ']) {
      expect(one({ processes: given }).processes).toEqual(['resnet', 'limit']);
    }
    expect(one({ processes: 'sde' }).processes).toEqual(['sde']);
  });

  it('inputs from a list, a number or a text with commas, in their order', () => {
    for (const given of [[2, -0.5], '2, -0.5', '2,-5e-1']) {
      expect(one({ inputs: given }).inputs).toEqual([2, -0.5]);
    }
    expect(one({ inputs: 3 }).inputs).toEqual([3]);
    expect(one({ inputs: -0 }).inputs).toEqual([0]);
  });

  it.each([
    [0, '0'],
    [2 ** 53 - 1, '9007199254740991'],
    ['9007199254740993', '9007199254740993'],
    ['18446744073709551615', '18446744073709551615'],
    ['0xffffffffffffffff', '18446744073709551615'],
    ['0X10', '16'],
    ['007', '7'],
  ])('the seed %j in decimal digits', (given, digits) => {
    expect(one({ seed: given }).seed).toBe(digits);
  });
});
