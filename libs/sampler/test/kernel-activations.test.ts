import {
  activations,
  erf,
  gelu,
  relu,
  sigmoidCentred,
  sin,
  softplusShifted,
  swish,
  tanh,
  type Activation,
} from '@resdiff/networks';
import { describe, expect, it } from 'vitest';
import { activationKind, instantiateKernel, isSimd } from '../src/kernel.ts';
import { kernelModule } from './kernel-module.ts';
import { onHost } from './networks.ts';

/** phi of these f32 numbers by the kernel, told that none exceeds `bound`. */
function applied(activation: Activation, h: Float32Array, bound: number): Float32Array {
  const kernel = instantiateKernel(kernelModule, activation);
  const at = kernel.exports.reserve(4 * h.length);
  kernel.floats(at, h.length).set(h);
  kernel.exports.activate(activationKind(kernel, activation), at, at + 4 * h.length, bound);
  return kernel.floats(at, h.length).slice();
}

/** Evenly spaced from -reach to reach, a multiple of four in number. */
function grid(reach: number, count = 200_000): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((2 * i) / (count - 1) - 1) * reach);
}

/** Powers of ten of both signs, down to where f32 has full precision. */
const decades = Float32Array.from({ length: 144 }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (i / 4 - 35));

function largestRelativeError(activation: Activation, h: Float32Array, bound: number): number {
  const found = applied(activation, h, bound);
  return h.reduce((largest, x, i) => {
    const exact = activation.phi(x);
    const error = exact === 0 ? Math.abs(found[i]) : Math.abs(found[i] / exact - 1);
    return error <= largest ? largest : error;
  }, 0);
}

describe('the activations of the kernel', () => {
  it.each([
    ['tanh, short', tanh, 0.75, 0.75, 1.3e-7],
    ['tanh', tanh, 0.75, 0.7501, 2e-7],
    ['tanh', tanh, 1, 1, 2e-7],
    ['tanh', tanh, 20, 20, 2e-7],
    ['swish, short', swish, 0.75, 0.75, 2.4e-7],
    ['swish', swish, 0.75, 0.7501, 2.4e-7],
    ['swish', swish, 2, 2, 2.4e-7],
    ['swish', swish, 20, 20, 2.4e-7],
    ['swish', swish, 80, 80, 4e-7],
    ['sigmoid-centred', sigmoidCentred, 1, 1, 2e-7],
    ['sigmoid-centred', sigmoidCentred, 40, 40, 2e-7],
    ['relu', relu, 10, 10, 0],
    ['sigmoid-centred, short', sigmoidCentred, 0.75, 0.75, 2e-7],
    ['erf, short', erf, 0.75, 0.75, 2e-7],
    ['erf', erf, 1, 1, 2.4e-7],
    ['erf', erf, 6, 6, 2.4e-7],
    ['sin, short', sin, 0.75, 0.75, 2e-7],
    ['sin', sin, 1.5, 1.5, 2e-7],
    ['gelu, short', gelu, 0.75, 0.75, 2.4e-7],
    ['gelu', gelu, 0.75, 0.7501, 4e-7],
    ['softplus-shifted, short', softplusShifted, 0.75, 0.75, 2.4e-7],
    ['softplus-shifted', softplusShifted, 1, 1, 3e-7],
    ['any other, by the host', onHost(erf), 5, 5, 6e-8],
  ])('%s: relative error on [-%d, %d]', (_, activation, reach, bound, error) => {
    expect(largestRelativeError(activation, grid(reach), bound)).toBeLessThanOrEqual(error);
  });

  it.each([
    ['tanh', tanh, 1.3e-7, 2e-7],
    ['swish', swish, 4e-7, 5e-7],
    ['gelu', gelu, 2.4e-7, 6e-7],
    ['erf', erf, 2.4e-7, 2.4e-7],
    ['sine', sin, 2e-7, 2e-6],
  ] satisfies [string, Activation, number, number][])(
    '%s finds its bound itself',
    (_, activation, short, beyond) => {
      for (const reach of [0.1, 0.75, 0.7501, 1.2, 1.5, 1.5001, 3, 20]) {
        const kernel = instantiateKernel(kernelModule, activation);
        const kind = activationKind(kernel, activation);
        // The largest stands last, first, or among the others.
        for (const h of [
          grid(reach, 20_000),
          grid(reach, 20_000).reverse(),
          Float32Array.of(0.1, 0.2, -reach, 0),
        ]) {
          const at = kernel.exports.reserve(4 * h.length);
          kernel.floats(at, h.length).set(h);
          kernel.exports.activateScanned(kind, at, at + 4 * h.length);
          const found = kernel.floats(at, h.length);
          const error = h.reduce((largest, x, i) => {
            const exact = activation.phi(x);
            // Beside the larger of phi(x) and phi(-x): swish and gelu are small on the left.
            const scale = Math.max(Math.abs(exact), Math.abs(activation.phi(-x)));
            return scale === 0 ? largest : Math.max(largest, Math.abs(found[i] - exact) / scale);
          }, 0);
          expect(error).toBeLessThan(reach <= 0.75 ? short : beyond);
        }
      }
    },
  );

  it('keeps what is not finite when it finds the bound', () => {
    for (const activation of [tanh, swish]) {
      const kernel = instantiateKernel(kernelModule, activation);
      const at = kernel.exports.reserve(32);
      kernel.floats(at, 8).set([NaN, 0.1, 1.2, 0, 0, 0, Infinity, -Infinity]);
      kernel.exports.activateScanned(activationKind(kernel, activation), at, at + 32);
      const [nan, , , , , , right] = kernel.floats(at, 8);
      expect(nan).toBeNaN();
      expect(right).toBe(activation.phi(80) === 80 ? Infinity : 1);
    }
  });

  it.each([
    ['sin', sin, 100, 2e-7],
    ['sin', sin, 3000, 2e-6],
    ['gelu', gelu, 20, 6e-7],
    ['softplus-shifted', softplusShifted, 60, 2e-6],
  ])('%s: error on [-%d, %d]', (_, activation, reach, error) => {
    const h = grid(reach);
    const found = applied(activation, h, reach);
    const errors = h.map((x, i) => Math.abs(found[i] - activation.phi(x)));
    expect(Math.max(...errors.toSorted().slice(-1))).toBeLessThan(error);
  });

  it('sin of large arguments is right', () => {
    const far = Float32Array.from({ length: 4000 }, (_, i) => 1.01 ** i * (i % 2 ? -1 : 1));
    const found = applied(sin, far, Infinity);
    far.forEach((h, i) => expect(found[i]).toBeCloseTo(Math.sin(h), 6));
  });

  const all = [tanh, swish, sigmoidCentred, relu, erf, sin, gelu, softplusShifted, onHost(erf)];

  it.each(all)('$name keeps its accuracy near 0', (phi) => {
    const small = decades.filter((x) => Math.abs(x) < 0.5);
    const four = small.subarray(0, 4 * Math.floor(small.length / 4));
    expect(largestRelativeError(phi, four, 0.5)).toBeLessThan(2.4e-7);
    expect(largestRelativeError(phi, four, 100)).toBeLessThan(2.4e-7);
  });

  it.each(all)('$name of zero is zero', (phi) => {
    const zeros = Float32Array.from([0, -0, 0, -0]);
    for (const bound of [0, 100]) {
      expect(applied(phi, zeros, bound).every((y) => y === 0)).toBe(true);
    }
  });

  it.each([tanh, sigmoidCentred, erf])('$name is at its limits far out', (phi) => {
    const far = Float32Array.from([100, 1e30, 3.4e38, Infinity, -100, -1e30, -3.4e38, -Infinity]);
    const limit = phi.phi(100);
    expect([...applied(phi, far, Infinity)]).toEqual([...far].map((h) => Math.sign(h) * limit));
  });

  it('swish is h or 0 far out, to 1e-34 of h', () => {
    const far = Float32Array.from([100, 1e30, 3.4e38, Infinity, -100, -1e10, -1e30, -3.4e38]);
    const found = applied(swish, far, Infinity);
    expect(found.slice(0, 4)).toEqual(far.slice(0, 4));
    far.slice(4).forEach((h, i) => expect(Math.abs(found[4 + i])).toBeLessThan(1e-34 * -h));
  });

  it('relu is h or 0 far out', () => {
    const far = Float32Array.from([1e-45, 1e30, 3.4e38, Infinity, -1e-45, -1e30, -3e38, -Infinity]);
    expect([...applied(relu, far, Infinity)]).toEqual([...far].map((h) => Math.max(h, 0)));
  });

  it.each(all)('$name never hides NaN', (phi) => {
    for (const bound of [0.1, 100, NaN]) {
      const found = applied(phi, Float32Array.from([NaN, 1, NaN, NaN]), bound);
      expect([...found].map(Number.isNaN)).toEqual([true, false, true, true]);
    }
  });

  it('has a version of its own for some activations, and asks the host for the others', () => {
    expect(activations.every(isSimd)).toBe(true);
    expect(isSimd(onHost(erf))).toBe(false);
    const kernel = instantiateKernel(kernelModule);
    const at = kernel.exports.reserve(16);
    expect(() =>
      kernel.exports.activate(activationKind(kernel, onHost(erf)), at, at + 16, 1),
    ).toThrow('instantiated without an activation');
  });
});
