import { defineTable } from '@resdiff/tables';
import { smoothActivations } from './settings.ts';

/** surfaces.parquet and surfaces.arrow: a row for each input of each draw. */
export const surfacesTable = defineTable({
  name: 'surfaces',
  columns: [
    {
      name: 'activation',
      type: 'category',
      values: smoothActivations,
      description: 'The activation of the network.',
    },
    { name: 'draw', type: 'int32', description: 'Index of the draw with its activation, from 0.' },
    { name: 'z1', type: 'float64', description: 'The first coordinate of the input.' },
    { name: 'z2', type: 'float64', description: 'The second coordinate of the input.' },
    {
      name: 'value',
      type: 'float32',
      description: 'The first coordinate of x_T; NaN if the draw left the finite numbers.',
    },
  ],
});

export type SurfacesTable = typeof surfacesTable;
