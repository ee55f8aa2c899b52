import { defineTable } from '@resdiff/tables';
import { parametrisations } from './settings.ts';

/** losses.parquet and losses.arrow: a row for each step of each training. */
export const lossesTable = defineTable({
  name: 'losses',
  columns: [
    { name: 'depth', type: 'int32', description: 'L, the layers of the network.' },
    { name: 'width', type: 'int32', description: 'D, the coordinates of the state.' },
    {
      name: 'gradients',
      type: 'category',
      values: parametrisations,
      description:
        'With respect to standard normals (reparametrised) or to the parameters (standard).',
    },
    { name: 'rate', type: 'float64', description: 'The learning rate.' },
    { name: 'step', type: 'int32', description: 'Index of the step and of its batch, from 0.' },
    {
      name: 'loss',
      type: 'float64',
      description: 'Loss of the batch before the update; NaN once training has diverged.',
    },
  ],
});

export type LossesTable = typeof lossesTable;
