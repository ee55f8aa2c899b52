import { activationNames } from '@resdiff/networks';
import { defineTable } from '@resdiff/tables';

/** The inputs that a row belongs to: those of every draw, or those of whole functions. */
export const grids = ['table', 'curve'] as const;
export type Grid = (typeof grids)[number];

/** functions.parquet and functions.arrow: a row for each input of each draw of each network. */
export const functionsTable = defineTable({
  name: 'functions',
  columns: [
    {
      name: 'activation',
      type: 'category',
      values: activationNames,
      description: 'The activation phi of the network.',
    },
    { name: 'depth', type: 'int32', description: 'L, the layers of the network.' },
    { name: 'width', type: 'int32', description: 'D, the coordinates of its states.' },
    { name: 'draw', type: 'int32', description: 'Index of the draw of this network, from 0.' },
    {
      name: 'grid',
      type: 'category',
      values: grids,
      description:
        'table: one of the tablePoints inputs, which every draw has; curve: one of the points inputs, which the first draws have besides.',
    },
    { name: 'z', type: 'float64', description: 'The input, copied into every coordinate of x_0.' },
    {
      name: 'value',
      type: 'float32',
      description:
        'The first coordinate of the last state (of the last preactivation, if feedforward); NaN if the draw left the finite numbers.',
    },
  ],
});

export type FunctionsTable = typeof functionsTable;
