import { activations, erf } from '@resdiff/networks';
import { describe, expect, it } from 'vitest';
import { activationKind, instantiateKernel } from '../src/kernel.ts';
import { kernelModule } from './kernel-module.ts';
import { onHost } from './networks.ts';

/** Evenly spaced from -reach to reach, a multiple of four in number, in f32. */
const grid = (reach: number, count = 4000) =>
  Float32Array.from({ length: count }, (_, i) => reach * ((2 * i) / (count - 1) - 1));

/** phi' of the kernel at these f32 numbers, of which none exceeds `bound`. */
function slopes(activation: (typeof activations)[number], h: Float32Array, bound: number) {
  const kernel = instantiateKernel(kernelModule, activation);
  const { exports } = kernel;
  const [at, phi] = [h, h].map((values) => {
    const start = exports.reserve(4 * values.length);
    kernel.floats(start, values.length).set(values);
    return start;
  });
  const kind = activationKind(kernel, activation);
  exports.activate(kind, phi, phi + 4 * h.length, bound);
  exports.differentiate(kind, at, at + 4 * h.length, phi, bound);
  return kernel.floats(at, h.length).slice();
}

const own = activations.filter(({ name }) => name !== 'identity');

describe('derivatives in the kernel', () => {
  /** cos h has the rounding of h - pi / 2 as well. */
  it.each([...own, onHost(erf)])('$name: 3e-6 from f64, near 0 and far out', (activation) => {
    for (const reach of [0.01, 0.74, 5, 30, 500]) {
      const h = grid(reach);
      const found = slopes(activation, h, reach);
      const errors = found.map((value, i) => Math.abs(value - activation.dphi(h[i])));
      expect(Math.max(...errors)).toBeLessThan(
        3e-6 + (activation.name === 'sin' ? 6e-8 * reach : 0),
      );
    }
  });

  it.each(own)(
    '$name: finite at every finite number that is not too large for f32',
    (activation) => {
      const h = Float32Array.of(-1e20, 1e20, -1e10, 1e10, 0, -0, 1e-30, -1e-30);
      const found = slopes(activation, h, 1e20);
      h.forEach((value, i) => expect(found[i]).toBeCloseTo(activation.dphi(value), 5));
    },
  );

  it.each(own)('$name: NaN stays NaN', (activation) => {
    const found = slopes(activation, new Float32Array(4).fill(NaN), 1);
    expect(found.every(Number.isNaN)).toBe(true);
  });
});
