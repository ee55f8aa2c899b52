import { defineTable } from '@resdiff/tables';
import { laws } from './settings.ts';

export const momentNames = ['drift', 'covariance'] as const;

/** moments.parquet and moments.arrow: a row for each entry of each block of draws of each law. */
export const momentsTable = defineTable({
  name: 'moments',
  columns: [
    {
      name: 'law',
      type: 'category',
      values: laws,
      description: 'The law of the parameters: iid, matrix-gaussian or general.',
    },
    { name: 'block', type: 'int32', description: 'Index of the block of draws, from 0.' },
    {
      name: 'moment',
      type: 'category',
      values: momentNames,
      description: 'drift (the mean increment over dt) or covariance (of increments, over dt).',
    },
    { name: 'input', type: 'int16', description: 'Index of the input of the increment, from 0.' },
    { name: 'coordinate', type: 'int16', description: 'Index of its coordinate, from 0.' },
    {
      name: 'otherInput',
      type: 'int16',
      description: 'Index of the input of the other increment; the same for a drift.',
    },
    {
      name: 'otherCoordinate',
      type: 'int16',
      description: 'Index of its coordinate; the same for a drift.',
    },
    {
      name: 'value',
      type: 'float64',
      description:
        'The mean over the draws of the block, or their covariance with divisor draws - 1; over dt.',
    },
  ],
});

export type MomentsTable = typeof momentsTable;
