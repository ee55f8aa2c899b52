import { findActivation, generalLaw, iidLaw, matrixGaussianLaw } from '@resdiff/networks';
import { describe, expect, test } from 'vitest';
import { limitMeanField } from './dynamics.ts';
import { instantaneousMoments } from './instantaneous-moments.ts';
import { copiedInputsMeanField } from './moments.ts';
import { networkMeanField } from './network-recursion.ts';
import { limitParameters } from './parameters.ts';
import { changeTime } from './time-change.ts';

const swish = findActivation('swish')!;
const drifts = {
  weightDrift: [
    [1, 2],
    [3, 4],
  ],
  biasDrift: [5, 6],
};
const laws = [
  iidLaw(2, { sigmaW: 1.2, sigmaB: 0.5, ...drifts }),
  matrixGaussianLaw(2, {
    outputCovariance: { name: 'ar1', rho: 0.5 },
    inputCovariance: { name: 'ar1', rho: -0.2 },
    biasCovariance: 'identity',
    ...drifts,
  }),
  generalLaw(2, {
    weightCovariance: { name: 'ar1', rho: 0.7 },
    biasCovariance: 'identity',
    ...drifts,
  }),
];

describe('changeTime', () => {
  test.each(laws.map((law) => [law.kind, law] as const))(
    '%s: rates grow as time shrinks',
    (_, law) => {
      const states = [Float64Array.of(1, -2), Float64Array.of(0.3, 0.4)];
      const slow = instantaneousMoments(states, swish, law);
      const fast = instantaneousMoments(states, swish, changeTime(law, 3, 2));
      slow.drift[0].forEach((v, i) => expect(fast.drift[0][i]).toBeCloseTo(1.5 * v, 14));
      slow.covariance(0, 1).forEach((v, i) => {
        expect(fast.covariance(0, 1)[i]).toBeCloseTo(1.5 * v, 14);
      });
    },
  );

  test('the mean fields of the limit and of networks stay', () => {
    const [law] = laws;
    const changed = changeTime(law as ReturnType<typeof iidLaw>, 1.3, 1);
    const start = copiedInputsMeanField([0, 1]);
    const limit = limitMeanField(start, limitParameters(swish, law as typeof changed), 1.3);
    const limitChanged = limitMeanField(start, limitParameters(swish, changed), 1);
    const network = networkMeanField(start, swish, law as typeof changed, 1.3, 5);
    const networkChanged = networkMeanField(start, swish, changed, 1, 5);
    for (const [a, b] of [
      [limit, limitChanged],
      [network, networkChanged],
    ]) {
      a.lambda.forEach((value, i) => expect(b.lambda[i]).toBeCloseTo(value, 12));
      a.m.forEach((value, i) => expect(b.m[i]).toBeCloseTo(value, 12));
    }
  });

  test('there and back; and no time is refused', () => {
    for (const law of laws) {
      const back = changeTime(changeTime(law, 4, 1), 1, 4);
      expect(back).toEqual(law);
    }
    expect(() => changeTime(laws[0], 1, 0)).toThrow('The time is 0; it must be a positive number.');
  });
});
