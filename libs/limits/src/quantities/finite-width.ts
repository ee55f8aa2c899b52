import { reluInfiniteWidthGrowth, reluInitialLogNormGrowth } from '../finite-width.ts';
import { T } from './common.ts';
import { positiveIntegers } from './parameter.ts';
import { quantity } from './quantity.ts';

export const finiteWidth = quantity({
  name: 'finite-width',
  description: 'growth of log|relu(X)| at infinite depth and finite width (Hayou)',
  parameters: {
    widths: positiveIntegers({ description: 'widths n', default: '1,2,3,4,5,6,7,8' }),
    T,
  },
  rows: ({ widths, T }) => [
    ...widths.map((width) => ({
      quantity: 'initialLogNormGrowth',
      at: { width },
      value: reluInitialLogNormGrowth(width),
    })),
    { quantity: 'infiniteWidthNormRatio', at: { T }, value: reluInfiniteWidthGrowth(T) },
  ],
});
