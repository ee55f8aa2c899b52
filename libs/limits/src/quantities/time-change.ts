import type { ParameterLaw } from '@resdiff/networks';
import { changeTime } from '../time-change.ts';
import { lawOf, lawParameters, requireWidth } from './law.ts';
import { positive, positiveInteger } from './parameter.ts';
import { quantity, type QuantityRow } from './quantity.ts';

export const timeChange = quantity({
  name: 'time-change',
  description: 'the law of the same network over another time (Remark 3.2)',
  parameters: {
    T: positive({ description: 'the time that the depth stands for', default: '2' }),
    to: positive({ description: 'the time that it is to stand for', default: '1' }),
    width: positiveInteger({ description: 'the width D', default: '2' }),
    ...lawParameters,
  },
  rows({ T, to, width, ...given }) {
    requireWidth('width', width, given.law);
    return lawRows(changeTime(lawOf(width, given), T, to));
  },
});

function lawRows(law: ParameterLaw): QuantityRow[] {
  const { width, weightDrift, biasDrift } = law;
  const drifts = [
    ...(weightDrift ? entries('weightDrift', width, weightDrift) : []),
    ...Array.from(biasDrift ?? [], (value, row) => ({ quantity: 'biasDrift', at: { row }, value })),
  ];
  switch (law.kind) {
    case 'iid':
      return [
        { quantity: 'sigmaW', at: {}, value: law.sigmaW },
        { quantity: 'sigmaB', at: {}, value: law.sigmaB },
        ...drifts,
      ];
    case 'matrix-gaussian':
      return [
        ...upperEntries('outputCovariance', width, law.outputCovariance),
        ...upperEntries('inputCovariance', width, law.inputCovariance),
        ...upperEntries('biasCovariance', width, law.biasCovariance),
        ...drifts,
      ];
    case 'general':
      return [
        ...upperEntries('weightCovariance', width ** 2, law.weightCovariance),
        ...upperEntries('biasCovariance', width, law.biasCovariance),
        ...drifts,
      ];
  }
}

function entries(quantity: string, size: number, matrix: Float64Array) {
  return Array.from(matrix, (value, index) => ({
    quantity,
    at: { row: Math.floor(index / size), column: index % size },
    value,
  }));
}

/** Those of a symmetric matrix that are on its diagonal or above. */
function upperEntries(quantity: string, size: number, matrix: Float64Array) {
  return entries(quantity, size, matrix).filter(({ at }) => at.row <= at.column);
}
