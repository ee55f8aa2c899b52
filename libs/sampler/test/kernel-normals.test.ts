import { normalCdf } from '@resdiff/networks';
import { boxMuller, normals } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { instantiateKernel, type Kernel } from '../src/kernel.ts';
import { kernelModule } from './kernel-module.ts';
import { poissonPValue } from './statistics.ts';

/**
 * The error of the kernel's f32 normals of radius r: four roundings of r, and that of u, which
 * makes r^2 uncertain by 2^-24 wherever u is close to 1.
 */
const tolerance = (r: number) => 4e-7 * r + 2e-7 / r;

describe('the normals of the kernel', () => {
  it('are those of libs/random, to f32 accuracy', () => {
    const groups = 62_500;
    const { kernel, at } = withGroups(groups);
    kernel.exports.setSeed(7, 8);
    kernel.exports.startDraw(1, 0);
    kernel.exports.startLayer(2);
    kernel.exports.normals(at, groups);
    const z = kernel.floats(at, 16 * groups);
    const oracle = normals({ key: [7, 8], stream: 0, draw: 1, layer: 2 }, 16 * groups);
    let outside = 0;
    for (let x = 0; x < z.length; x += x % 8 === 3 ? 5 : 1) {
      const y = x + 4;
      const bound = tolerance(Math.hypot(oracle[x], oracle[y]));
      if (!(Math.abs(z[x] - oracle[x]) <= bound && Math.abs(z[y] - oracle[y]) <= bound)) outside++;
    }
    expect(outside).toBe(0);
  });

  it('follow extreme words', () => {
    const extremes = [0, 1, 2, 3, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1];
    const angles = [...extremes, 2 ** 29, 2 ** 30 - 1, 2 ** 30 + 1, 3 * 2 ** 30];
    for (const u of extremes) {
      for (const v of angles) {
        const [x, y] = transform(u, v);
        const [cos, sin] = boxMuller(u, v);
        const bound = u < 2 ** 32 - 1 ? tolerance(Math.hypot(cos, sin)) : 2 ** -12;
        expect(Math.abs(x - cos), `cosine of ${u}, ${v}`).toBeLessThanOrEqual(bound);
        expect(Math.abs(y - sin), `sine of ${u}, ${v}`).toBeLessThanOrEqual(bound);
      }
    }
  });

  it('follow the largest radii one by one', () => {
    for (let u = 0; u < 4000; u++) {
      const [x] = transform(u, 0);
      const [radius] = boxMuller(u, 0);
      expect(Math.abs(x - radius)).toBeLessThan(4e-7 * radius);
    }
  });
});

/**
 * Counts beyond a bound, each Poisson under the normal law, and moments; every one passes at
 * p > 1e-7, so the false-alarm rate is below 2e-6 for all of them.
 */
describe('the law of 1e8 normals of the kernel', () => {
  const bounds = [3, 4, 5, 5.5];
  const { count, sum, squares, fourths, large } = tally();
  const beyond = (bound: number) => large.filter((square) => square > bound ** 2).length;
  const expected = (bound: number) => 2 * count * normalCdf(-bound);

  it.each(bounds)('has its share beyond %d', (bound) => {
    expect(poissonPValue(beyond(bound), expected(bound))).toBeGreaterThan(1e-7);
  });

  it('would show a standard deviation of 1.003', () => {
    expect(poissonPValue(beyond(3 / 1.003), expected(3))).toBeLessThan(1e-20);
  });

  it('has the moments 0, 1, 3', () => {
    expect(Math.abs(sum) / Math.sqrt(count)).toBeLessThan(5.3);
    expect(Math.abs(squares - count) / Math.sqrt(2 * count)).toBeLessThan(5.3);
    expect(Math.abs(fourths - 3 * count) / Math.sqrt(96 * count)).toBeLessThan(5.3);
  });
});

/** Sums of powers of 1e8 normals, and the squares of those beyond 2.9. */
function tally() {
  const groups = 2 ** 14;
  const layers = 384;
  const { kernel, at } = withGroups(groups);
  kernel.exports.setSeed(2024, 0);
  kernel.exports.startDraw(0, 0);
  const z = kernel.floats(at, 16 * groups);
  const large: number[] = [];
  let sum = 0;
  let squares = 0;
  let fourths = 0;
  for (let layer = 0; layer < layers; layer++) {
    kernel.exports.startLayer(layer);
    kernel.exports.normals(at, groups);
    for (let i = 0; i < z.length; i++) {
      const square = z[i] * z[i];
      sum += z[i];
      squares += square;
      fourths += square * square;
      if (square > 2.9 ** 2) large.push(square);
    }
  }
  return { count: layers * z.length, sum, squares, fourths, large };
}

/** Given u < 2^-20, every normal beyond 5.27 is there, so each is 2^20 times as frequent. */
describe('the far tail', () => {
  const groups = 2 ** 16;
  const { kernel, at } = withGroups(groups);
  kernel.exports.setSeed(99, 0);
  kernel.exports.startDraw(0, 0);
  kernel.exports.startLayer(0);
  const words = () => new Uint32Array(kernel.exports.memory.buffer, at, 16 * groups);
  const countBeyond = (bound: number, change: (u: number) => number) => {
    kernel.exports.words(at, groups);
    words().forEach((word, i, all) => {
      if (i % 8 < 4) all[i] = change(word >>> 20);
    });
    kernel.exports.boxMuller(at, groups);
    return kernel.floats(at, 16 * groups).reduce((n, x) => n + (Math.abs(x) > bound ? 1 : 0), 0);
  };
  const expected = (bound: number) => 16 * groups * 2 ** 21 * normalCdf(-bound);

  it.each([5.5, 5.8, 6, 6.2])('has its share beyond %d: p > 1e-7', (bound) => {
    expect(
      poissonPValue(
        countBeyond(bound, (u) => u),
        expected(bound),
      ),
    ).toBeGreaterThan(1e-7);
  });

  it('would show a uniform of 24 bits', () => {
    const coarse = (u: number) => (u & ~0xff) | 0x80;
    expect(poissonPValue(countBeyond(6, coarse), expected(6))).toBeLessThan(1e-20);
  });
});

function withGroups(groups: number): { kernel: Kernel; at: number } {
  const kernel = instantiateKernel(kernelModule);
  kernel.exports.reserveGroups(groups);
  return { kernel, at: kernel.exports.reserve(64 * groups) };
}

const pair = withGroups(2);

/** The kernel's normals for a pair of words. */
function transform(u: number, v: number): [number, number] {
  const { kernel, at } = pair;
  const words = new Uint32Array(kernel.exports.memory.buffer, at, 32).fill(1);
  words[0] = u;
  words[4] = v;
  kernel.exports.boxMuller(at, 2);
  const z = kernel.floats(at, 8);
  return [z[0], z[4]];
}
