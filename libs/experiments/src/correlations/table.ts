import { defineTable } from '@resdiff/tables';
import { models } from './models.ts';

/** products.parquet and products.arrow: a row for each pair of inputs of each draw. */
export const productsTable = defineTable({
  name: 'products',
  columns: [
    {
      name: 'model',
      type: 'category',
      values: models,
      description: 'The network: residual or feedforward at the edge of chaos, and its activation.',
    },
    { name: 'draw', type: 'int32', description: 'Index of the draw within its model, from 0.' },
    { name: 'input', type: 'int16', description: 'Index of the first input, from 0.' },
    {
      name: 'otherInput',
      type: 'int16',
      description: 'Index of the second input, not smaller than input.',
    },
    { name: 'z', type: 'float64', description: 'The first input, copied into every coordinate.' },
    { name: 'otherZ', type: 'float64', description: 'The second input.' },
    {
      name: 'mean',
      type: 'float64',
      description:
        'x(z), averaged over the coordinates of the final state; NaN if the draw left the finite numbers.',
    },
    { name: 'otherMean', type: 'float64', description: 'The same of the second input.' },
    { name: 'product', type: 'float64', description: "x(z) x(z'), averaged likewise." },
  ],
});

export type ProductsTable = typeof productsTable;
