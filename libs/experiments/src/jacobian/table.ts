import { defineTable } from '@resdiff/tables';
import { processes } from './settings.ts';

/** What is measured of a process after a layer. */
export const measures = [
  'trace',
  'squaredNorm',
  'inverseSquaredNorm',
  'logDeterminant',
  'smallestSingularValue',
  'largestSingularValue',
  'identityError',
  'gradientNorm',
] as const;
export type Measure = (typeof measures)[number];

/** jacobian.parquet and jacobian.arrow: a row for each layer that is looked at of each process of each draw. */
export const jacobianTable = defineTable({
  name: 'jacobian',
  columns: [
    {
      name: 'process',
      type: 'category',
      values: processes,
      description:
        'Whose matrix it is: network (g of the network), euler (g of the Euler scheme of its limit), inverse (the Euler scheme of the inverse of g), or feedforward, of which there are gradients only.',
    },
    {
      name: 'scale',
      type: 'float64',
      nullable: true,
      description:
        'sigma_w of a feedforward network in units of that at the edge of chaos; null of other processes.',
    },
    {
      name: 'draw',
      type: 'int32',
      description:
        'Index of the draw, from 0: network, euler and inverse of a draw have the same weights.',
    },
    { name: 'layer', type: 'int32', description: 'After how many layers.' },
    {
      name: 'trace',
      type: 'float64',
      nullable: true,
      description:
        'Trace of the matrix over D; null of feedforward, as are all but gradientNorm. NaN, as in every column that follows, if it left the finite numbers.',
    },
    {
      name: 'squaredNorm',
      type: 'float64',
      nullable: true,
      description:
        'Squared Frobenius norm of the matrix over D: the mean of its squared singular values.',
    },
    {
      name: 'inverseSquaredNorm',
      type: 'float64',
      nullable: true,
      description: 'The same of the inverse of the matrix.',
    },
    {
      name: 'logDeterminant',
      type: 'float64',
      nullable: true,
      description: 'log |det| of the matrix.',
    },
    {
      name: 'smallestSingularValue',
      type: 'float64',
      nullable: true,
      description: 'Of the matrix.',
    },
    {
      name: 'largestSingularValue',
      type: 'float64',
      nullable: true,
      description: 'Of the matrix.',
    },
    {
      name: 'identityError',
      type: 'float64',
      nullable: true,
      description:
        'Frobenius norm over sqrt(D) of g of euler times the matrix of inverse, minus the identity; null of other processes than inverse, and without euler.',
    },
    {
      name: 'gradientNorm',
      type: 'float64',
      nullable: true,
      description:
        '|dy/dx_l| at this layer l, y the first coordinate of the last; null of euler and inverse.',
    },
  ],
});

export type JacobianTable = typeof jacobianTable;
