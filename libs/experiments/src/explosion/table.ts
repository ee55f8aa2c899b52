import { activationNames } from '@resdiff/networks';
import { defineTable } from '@resdiff/tables';
import { processes } from './settings.ts';

/** explosion.parquet and explosion.arrow: a row for each threshold of each draw. */
export const explosionTable = defineTable({
  name: 'explosion',
  columns: [
    {
      name: 'process',
      type: 'category',
      values: processes,
      description: 'What was drawn: resnet (the recursion) or sde (the Euler scheme of its limit).',
    },
    {
      name: 'activation',
      type: 'category',
      values: activationNames,
      description: 'The activation phi.',
    },
    { name: 'z', type: 'float64', description: 'The input, copied into every coordinate of x_0.' },
    { name: 'size', type: 'int32', description: 'D = L: the width and the depth of the network.' },
    {
      name: 'draw',
      type: 'int32',
      description:
        'Index of the draw, from 0; of one size, draws of one index share their normals.',
    },
    { name: 'threshold', type: 'float64', description: 'A value of |x|^2 / D.' },
    {
      name: 'time',
      type: 'float64',
      nullable: true,
      description:
        'When |x|^2 / D first passed the threshold, between layers as if it grew exponentially; null if it did not before T.',
    },
  ],
});

export type ExplosionTable = typeof explosionTable;
