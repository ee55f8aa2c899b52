import type { Activation } from './activation.ts';

/**
 * At the kink, dphi and ddphi return 0, the convention of training software; `atZero` holds NaN.
 * The Gaussian expectations are the arc-cosine kernels of order 1 and 0 (Cho & Saul, 2009).
 */
export const relu: Activation = {
  name: 'relu',
  aliases: [],
  formula: 'max(x, 0)',
  phi: (x) => (x > 0 ? x : 0),
  dphi: (x) => (x > 0 ? 1 : 0),
  ddphi: () => 0,
  atZero: { phi: 0, dphi: NaN, ddphi: NaN },
  smooth: false,
  bounded: false,
  homogeneous: true,
  gaussian: {
    mean: (variance) => Math.sqrt(variance / (2 * Math.PI)),
    product(variance, otherVariance, covariance) {
      const scale = Math.sqrt(variance * otherVariance);
      if (scale === 0) return 0;
      const cosine = correlation(scale, covariance);
      const angle = Math.acos(cosine);
      return (scale / (2 * Math.PI)) * (Math.sin(angle) + (Math.PI - angle) * cosine);
    },
  },
  slopeGaussian: {
    mean: (variance) => (variance > 0 ? 1 / 2 : 0),
    product(variance, otherVariance, covariance) {
      const scale = Math.sqrt(variance * otherVariance);
      if (scale === 0) return 0;
      return (Math.PI - Math.acos(correlation(scale, covariance))) / (2 * Math.PI);
    },
  },
};

function correlation(scale: number, covariance: number): number {
  return Math.max(-1, Math.min(1, covariance / scale));
}
