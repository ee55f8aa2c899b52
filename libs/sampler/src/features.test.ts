import { identity, relu, sin, swish, tanh, type Activation } from '@resdiff/networks';
import { streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { featureOracle } from '../test/collapsed-oracle.ts';
import { kernelModule } from '../test/kernel-module.ts';
import { sample, smallestPValue } from '../test/law-comparison.ts';
import { drawsOf, generalInputs, onHost, type DrawsOf } from '../test/networks.ts';
import { withLastApart } from '../test/recorded-draws.ts';
import { collapsedSampler } from './collapsed.ts';
import { directSampler } from './direct.ts';
import type { ResidualDraws } from './sampler.ts';

const withPsi = (psi: Activation, settings: DrawsOf): ResidualDraws => ({
  ...drawsOf({ depth: 8, ...settings }),
  psi,
});

describe('networks with an activation psi of their states', () => {
  it.each([
    ['tanh of tanh', tanh, tanh],
    ['swish of ReLU', swish, relu],
    ['identity of ReLU', identity, relu],
    ['tanh of the sine', tanh, sin],
    ['both on the host', onHost(tanh), onHost(swish)],
    ['psi = identity', tanh, identity],
  ])('are the same recursion in f64: %s', (_, activation, psi) => {
    for (const increment of ['recursion', 'euler'] as const) {
      for (const [count, width] of [
        [1, 1],
        [2, 20],
        [3, 17],
        [9, 40],
      ]) {
        const draws = withPsi(psi, { initial: generalInputs(count, width), activation, increment });
        const exact = psi === identity && count === 2 ? undefined : featureOracle(draws, 3).flat();
        const { states } = collapsedSampler(kernelModule, draws).draw(3);
        const scale = Math.max(...(exact ?? states).map(Math.abs));
        exact?.forEach((x, i) => expect(Math.abs(x - states[i]) / scale).toBeLessThan(1e-5));
      }
    }
  });

  // Five comparisons of 21 p-values, each above 1e-7: a false alarm at 1e-5. The wrong laws have
  // 1e-45 and less.
  it.each([
    ['tanh of ReLU', { initial: generalInputs(2, 4) }, relu],
    ['identity of ReLU, width 1', { initial: generalInputs(2, 1), activation: identity }, relu],
    [
      'swish of tanh, Euler',
      { initial: generalInputs(3, 4), activation: swish, increment: 'euler' },
      tanh,
    ],
    ['more inputs than coordinates', { initial: generalInputs(4, 2) }, swish],
    ['one layer', { initial: generalInputs(2, 4), depth: 1 }, tanh],
  ] satisfies [string, DrawsOf, Activation][])(
    'have the law of the direct ones: %s',
    (_, own, psi) => {
      const draws = withPsi(psi, own);
      const stream = streams.resnetDirect;
      const direct = sample(directSampler({ ...draws, stream }), draws, 5000);
      const collapsed = sample(collapsedSampler(kernelModule, draws), draws, 15_000);
      expect(smallestPValue(collapsed, direct)).toBeGreaterThan(1e-7);
      const plain = collapsedSampler(kernelModule, { ...draws, psi: identity });
      expect(smallestPValue(sample(plain, draws, 5000), direct)).toBeLessThan(1e-9);
      const apart = withLastApart(collapsedSampler(kernelModule, draws), draws.network.width);
      expect(smallestPValue(sample(apart, draws, 5000), direct)).toBeLessThan(1e-9);
    },
  );

  it('diverge where states do, though psi be bounded', () => {
    const initial = generalInputs(3, 8);
    const settings = { initial, activation: identity, T: 1e80, depth: 5 };
    const { divergedAt, states } = collapsedSampler(kernelModule, withPsi(tanh, settings)).draw(0);
    expect(divergedAt).toBe(1);
    expect(states.every(Number.isNaN)).toBe(true);
  });
});
