import { normals, seedKey } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { reluMeanLogSize } from './relu-size.ts';

/** log|x_L| of the first preactivation, with every weight drawn; undefined of an inactive network. */
function drawn(z: number, width: number, depth: number, sigmaW: number, draw: number) {
  let features = new Float64Array(width).fill(z);
  for (let layer = 0; ; layer++) {
    const w = normals({ key: seedKey(9), stream: 0, draw, layer }, width * width);
    const x = Float64Array.from(features, (_, i) =>
      features.reduce(
        (sum, value, j) => sum + (sigmaW / Math.sqrt(width)) * w[i * width + j] * value,
        0,
      ),
    );
    if (layer === depth - 1) return x[0] === 0 ? undefined : Math.log(Math.abs(x[0]));
    features = x.map((value) => Math.max(0, value));
  }
}

describe('the mean of log|x| of a ReLU network', () => {
  it.each([
    [1, 3, 4, Math.SQRT2],
    [-0.5, 4, 5, 1],
    [2, 6, 3, 1.7],
    [1, 1, 3, 1],
  ])('is that of the network itself: z = %d, D = %i, L = %i', (z, width, depth, sigmaW) => {
    const sizes = Array.from({ length: 20_000 }, (_, draw) =>
      drawn(z, width, depth, sigmaW, draw),
    ).filter((size) => size !== undefined);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    const squares = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0);
    const se = Math.sqrt(squares / (sizes.length - 1) / sizes.length);
    const score = (wrong: { width?: number; sigmaW?: number }) =>
      Math.abs(mean - reluMeanLogSize(z, { width, depth, sigmaW, ...wrong })) / se;
    // Four comparisons beyond 4.5 standard errors: a false alarm at 3e-5.
    expect(score({})).toBeLessThan(4.5);
    expect(score({ width: width + 1 })).toBeGreaterThan(4.5);
    expect(score({ sigmaW: 1.1 * sigmaW })).toBeGreaterThan(4.5);
  });

  it('is that of a Gaussian after one layer, E log|N(0, 1)| = -0.635181', () => {
    expect(reluMeanLogSize(1, { width: 40, depth: 1, sigmaW: 1 })).toBeCloseTo(-0.6351814227, 9);
  });

  it('is near that of a Gaussian of the mean field where D is much larger than L', () => {
    const found = reluMeanLogSize(1, { width: 2000, depth: 5, sigmaW: Math.SQRT2 });
    // -(L - 1) 5/(4 D) to first order.
    expect(found - (-0.6351814227 + Math.log(Math.SQRT2))).toBeCloseTo((-4 * 5) / 8000, 4);
  });
});
