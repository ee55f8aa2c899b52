import { defineTable } from '@resdiff/tables';
import { processes } from './settings.ts';

/** draws.parquet and draws.arrow: a row for each coordinate of each input of each draw. */
export const drawsTable = defineTable({
  name: 'draws',
  columns: [
    {
      name: 'process',
      type: 'category',
      values: processes,
      description:
        'What was drawn: resnet (the recursion), sde (the Euler scheme of its limit) or limit (the transition density).',
    },
    { name: 'draw', type: 'int32', description: 'Index of the draw within its process, from 0.' },
    { name: 'input', type: 'int16', description: 'Index of the input, from 0.' },
    { name: 'z', type: 'float64', description: 'The input, copied into every coordinate of x_0.' },
    { name: 'coordinate', type: 'int16', description: 'Index of the coordinate of x_T, from 0.' },
    {
      name: 'value',
      type: 'float32',
      description: 'The coordinate of x_T; NaN if the draw left the finite numbers.',
    },
  ],
});

export type DrawsTable = typeof drawsTable;
