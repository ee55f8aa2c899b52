import { findActivation, type Convolution } from '@resdiff/networks';
import { describe, expect, test } from 'vitest';
import {
  convolutionalEulerMeanField,
  convolutionalLimit,
  convolutionalMeanField,
  NoConvolutionalLimitError,
} from './convolutional.ts';
import { limitMeanField } from './dynamics.ts';
import { copiedInputsMeanField, type MeanField } from './moments.ts';
import { networkMeanField } from './network-recursion.ts';
import { limitParameters } from './parameters.ts';
import { eulerMeanField } from './scheme-recursion.ts';

const named = (name: string) => findActivation(name)!;
const image: Convolution = { rows: 3, columns: 4, kernel: 3, patchScaling: 'none' };
const law = { sigmaW: 0.8, sigmaB: 0.6 };
const z = Array.from({ length: 12 }, (_, site) => Math.sin(1 + 2 * site));
const start = copiedInputsMeanField(z);

/** M: which sites of a 3 x 4 image are in each other's windows of 3 x 3, by their distance. */
const counts = z.map((_, p) =>
  z.map((__, other): number => {
    const rows = Math.abs(Math.floor(p / 4) - Math.floor(other / 4));
    return rows <= 1 && Math.abs((p % 4) - (other % 4)) <= 1 ? 1 : 0;
  }),
);
const q = ({ lambda, m }: MeanField) => Array.from(m, (_, i) => lambda[i * (m.length + 1)]);

/** sigmaB^2 + sigmaW^2 M q. */
const forcing = (square: readonly number[], scale = 1) =>
  counts.map(
    (row) =>
      law.sigmaB ** 2 +
      scale * law.sigmaW ** 2 * row.reduce((sum, count, other) => sum + count * square[other], 0),
  );

const difference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]) / Math.max(1, Math.abs(value))));

describe('the mean field of the network', () => {
  test('with phi = identity has q_L = (1 + dt A)^L by its neighbours', () => {
    for (const scaling of ['none', 'fan-in'] as const) {
      const [T, L] = [1.5, 7];
      let square: number[] = q(start);
      for (let l = 0; l < L; l++) {
        const added = forcing(square, scaling === 'fan-in' ? 1 / 9 : 1);
        square = square.map((value, p) => value + (T / L) * added[p]);
      }
      const convolution = { ...image, patchScaling: scaling };
      const found = convolutionalMeanField(start, named('identity'), { ...law, convolution }, T, L);
      expect(difference(q(found), square)).toBeLessThan(1e-13);
      expect(difference(found.m, z)).toBeLessThan(1e-14);
    }
  });

  test('of patches of one site is that of a fully connected network of as many inputs', () => {
    const convolution = { ...image, kernel: 1 };
    for (const name of ['tanh', 'swish']) {
      const found = convolutionalMeanField(start, named(name), { ...law, convolution }, 1, 5);
      const connected = networkMeanField(start, named(name), law, 1, 5);
      expect(difference(found.lambda, connected.lambda)).toBeLessThan(1e-14);
      expect(difference(found.m, connected.m)).toBeLessThan(1e-14);
    }
  });

  test('has no products of sites that are too many for quadratures, and variances all the same', () => {
    const convolution: Convolution = { ...image, kernel: 1, rows: 2, columns: 7 };
    const wide = copiedInputsMeanField(Array.from({ length: 14 }, (_, site) => 3 + site));
    const field = (sites: number, sigmaW: number) =>
      convolutionalMeanField(
        {
          m: wide.m.slice(0, sites),
          lambda: wide.lambda.filter((_, i) => i % 14 < sites && i < 14 * sites),
        },
        named('tanh'),
        { ...law, sigmaW, convolution: { ...convolution, columns: sites / 2 } },
        2,
        2,
      );
    const defined = ({ lambda }: MeanField) => lambda.filter(Number.isFinite).length;
    expect(defined(field(14, 0.1))).toBe(14 ** 2);
    expect(defined(field(14, 2))).toBe(14);
    expect(defined(field(12, 2))).toBe(12 ** 2);
    expect(difference(q(field(12, 2)), q(field(14, 2)).slice(0, 12))).toBeLessThan(1e-14);
  });

  test('correlates the sites of patches that have no site in common, by the places of the patch', () => {
    // In a row of 5 sites the patches of 0 and 3 are (-, 0, 1) and (2, 3, 4).
    const convolution = { ...image, rows: 1, columns: 5 };
    const states = copiedInputsMeanField([1, 2, 3, 4, 5]);
    const { lambda } = convolutionalMeanField(
      states,
      named('identity'),
      { ...law, convolution },
      1,
      1,
    );
    expect(lambda[3]).toBeCloseTo(4 + law.sigmaB ** 2 + law.sigmaW ** 2 * (1 * 4 + 2 * 5), 12);
  });

  test('keeps images apart but for their weights', () => {
    const convolution = { ...image, rows: 1, columns: 2 };
    const both = copiedInputsMeanField([1, 2, -1, 0.5]);
    const found = convolutionalMeanField(both, named('identity'), { ...law, convolution }, 1, 1);
    const first = convolutionalMeanField(
      copiedInputsMeanField([1, 2]),
      named('identity'),
      { ...law, convolution },
      1,
      1,
    );
    expect(q(found).slice(0, 2)).toEqual(q(first));
    // Site 0 of the first image with site 0 of the second: places 1 and 2 of their patches.
    expect(found.lambda[2]).toBeCloseTo(
      -1 + law.sigmaB ** 2 + law.sigmaW ** 2 * (-1 + 2 * 0.5),
      12,
    );
  });
});

describe('the limit', () => {
  test("with phi''(0) = 0 is the exponential of the neighbours", () => {
    // q' = p1^2 (sigmaB^2 + sigmaW^2 M q) by its Taylor series: terms d_k, d_{k+1} = T A d_k / (k + 1).
    const T = 0.7;
    let term = forcing(q(start)).map((value) => T * value);
    const square = q(start).map((value, p) => value + term[p]);
    for (let k = 2; k < 80; k++) {
      const next = forcing(term).map((value) => (T / k) * (value - law.sigmaB ** 2));
      term = next;
      square.forEach((_, p) => (square[p] += term[p]));
    }
    const parameters = { ...limitParameters(named('tanh'), law), convolution: image };
    const found = convolutionalLimit(start, parameters, T);
    expect(difference(q(found), square)).toBeLessThan(1e-13);
    expect([...found.m]).toEqual(z);
  });

  test('of patches of one site is the closed form of a fully connected network', () => {
    const convolution = { ...image, kernel: 1 };
    const parameters = limitParameters(named('swish'), law);
    const found = convolutionalLimit(start, { ...parameters, convolution }, 1);
    const connected = limitMeanField(start, parameters, 1);
    expect(difference(found.lambda, connected.lambda)).toBeLessThan(1e-9);
    expect(difference(found.m, connected.m)).toBeLessThan(1e-9);
  });

  test.each(['tanh', 'swish'])('of %s has no scale of its own', (name) => {
    const parameters = { ...limitParameters(named(name), law), convolution: image };
    const [T, c] = [0.1, 1e-6];
    const expected = convolutionalLimit(start, parameters, T);
    const inUnits = ({ m, lambda }: MeanField, unit: number) => [
      ...m.map((value) => value / unit),
      ...lambda.map((value) => value / unit ** 2),
    ];
    const relative = (found: MeanField, unit: number) => {
      const exact = inUnits(expected, 1);
      return Math.max(...inUnits(found, unit).map((value, i) => Math.abs(value / exact[i] - 1)));
    };
    // States, biases and 1/phi'' in other units.
    const inputs = copiedInputsMeanField(z.map((value) => c * value));
    const scaled = { ...parameters, sigmaB: c * law.sigmaB, p2: parameters.p2 / c };
    expect(relative(convolutionalLimit(inputs, scaled, T), c)).toBeLessThan(1e-7);
    // And time (Remark 3.2).
    const brief = { ...parameters, sigmaW: law.sigmaW / c, sigmaB: law.sigmaB / c };
    expect(relative(convolutionalLimit(start, brief, c ** 2 * T), 1)).toBeLessThan(1e-7);
    // Negative control: biases that keep their scale.
    const biased = { ...scaled, sigmaB: 2 * scaled.sigmaB };
    expect(relative(convolutionalLimit(inputs, biased, T), c)).toBeGreaterThan(0.01);
  });

  test('of nothing is nothing, and of too much is refused', () => {
    const convolution = { ...image, rows: 1, columns: 2 };
    const parameters = { ...limitParameters(named('tanh'), law), convolution };
    const nothing = copiedInputsMeanField([0, 0]);
    const still = { ...parameters, sigmaB: 0, sigmaW: 1e6 };
    expect([...convolutionalLimit(nothing, still, 1).lambda]).toEqual([0, 0, 0, 0]);
    const steep = { ...parameters, sigmaW: 100 };
    expect(() => convolutionalLimit(nothing, steep, 1)).toThrow(NoConvolutionalLimitError);
  });

  test.each(['tanh', 'swish'])(
    'is where network and Euler scheme of %s tend to, as 1/L',
    (name) => {
      const [T, small] = [0.5, { ...image, rows: 2, columns: 2, patchScaling: 'fan-in' as const }];
      const inputs = copiedInputsMeanField([1, 0, -0.5, 2]);
      const parameters = { ...limitParameters(named(name), law), convolution: small };
      const limit = convolutionalLimit(inputs, parameters, T);
      const errors = (at: (L: number) => MeanField) =>
        [100, 200].map((L) => difference(limit.lambda, at(L).lambda));
      for (const [coarse, fine] of [
        errors((L) =>
          convolutionalMeanField(inputs, named(name), { ...law, convolution: small }, T, L),
        ),
        errors((L) => convolutionalEulerMeanField(inputs, parameters, T, L)),
      ]) {
        expect(coarse).toBeLessThan(0.02);
        expect(coarse / fine).toBeCloseTo(2, 1);
      }
    },
  );

  test('is refused from its explosion on', () => {
    const small = { ...image, rows: 1, columns: 2 };
    const parameters = { ...limitParameters(named('swish'), law), convolution: small };
    const late = () => convolutionalLimit(copiedInputsMeanField([1, 2]), parameters, 20);
    expect(late).toThrow(NoConvolutionalLimitError);
    expect(late).toThrow(/before T = 20; take a smaller T/);
  });
});

test('the Euler scheme of patches of one site is that of a fully connected network', () => {
  const parameters = limitParameters(named('swish'), law);
  const convolution = { ...image, kernel: 1 };
  const found = convolutionalEulerMeanField(start, { ...parameters, convolution }, 1, 6);
  expect(difference(found.lambda, eulerMeanField(start, parameters, 1, 6).lambda)).toBeLessThan(
    1e-14,
  );
});

test('sites that are not those of images are refused', () => {
  const states = copiedInputsMeanField([1, 2, 3]);
  const parameters = { ...limitParameters(named('tanh'), law), convolution: image };
  expect(() => convolutionalLimit(states, parameters, 1)).toThrow(
    new RangeError('There are 3 sites; an image has 12.'),
  );
});
