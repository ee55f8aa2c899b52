import {
  correlationFixedPoints,
  feedforwardCovariances,
  feedforwardMaps,
  varianceFixedPoints,
} from '../feedforward.ts';
import { phi, sigmaB, sigmaW } from './common.ts';
import { correlations, notNegative, positiveIntegerUpTo } from './parameter.ts';
import { correlationOf, quantity, type QuantityRow } from './quantity.ts';
import { requireModestVariances } from './resolved.ts';

export const correlationMap = quantity({
  name: 'correlation-map',
  description: 'variances and correlations of a feedforward network over its layers, and their end',
  parameters: {
    activation: phi,
    sigmaW,
    sigmaB,
    q: notNegative({ description: 'variance of the first pre-activations', default: '1' }),
    c: correlations({ description: 'correlations of the first pre-activations', default: '0' }),
    layers: positiveIntegerUpTo(10_000, { description: 'layers after the first', default: '20' }),
  },
  rows({ activation, sigmaW, sigmaB, q, c, layers }) {
    const law = { sigmaW, sigmaB };
    requireModestVariances(q, activation, law, layers);
    const paths = c.flatMap((first) =>
      feedforwardCovariances(
        Float64Array.of(q, first * q, first * q, q),
        activation,
        law,
        layers,
      ).flatMap(([variance, covariance], layer) => [
        { quantity: 'variance', at: { layer, c: first }, value: variance },
        {
          quantity: 'correlation',
          at: { layer, c: first },
          value: correlationOf(covariance, variance),
        },
      ]),
    );
    const ends = varianceFixedPoints(activation, law).flatMap(({ value, slope }): QuantityRow[] => [
      { quantity: 'varianceFixedPoint', at: { slope }, value },
      { quantity: 'chi1', at: { q: value }, value: feedforwardMaps(activation, law).chi1(value) },
      ...(value === 0 ? [] : correlationFixedPoints(activation, law, value)).map((point) => ({
        quantity: 'correlationFixedPoint',
        at: { q: value, slope: point.slope },
        value: point.value,
      })),
    ]);
    return [...paths, ...ends];
  },
});
