import { defineTable } from '@resdiff/tables';

/** ntk.parquet and ntk.arrow: a row for each pair of inputs of each draw of each size. */
export const ntkTable = defineTable({
  name: 'ntk',
  columns: [
    { name: 'size', type: 'int32', description: 'D = L: the width and the depth of the network.' },
    { name: 'draw', type: 'int32', description: 'Index of the draw within its size, from 0.' },
    { name: 'z', type: 'float64', description: 'The input, copied into every coordinate of x_0.' },
    {
      name: 'otherZ',
      type: 'float64',
      description: 'The other input of the pair: the same, or a later one of the list.',
    },
    {
      name: 'weights',
      type: 'float64',
      description:
        'K_W: the inner product of the gradients of the first coordinate of x_T at both inputs, with respect to all weights in units of their standard deviations; NaN if the draw left the finite numbers.',
    },
    {
      name: 'biases',
      type: 'float64',
      description: 'K_b: the same of the biases.',
    },
  ],
});

export type NtkTable = typeof ntkTable;

/** What is trained: the two parts of the kernel. */
export const parts = ['weights', 'biases'] as const;
export type Part = (typeof parts)[number];
