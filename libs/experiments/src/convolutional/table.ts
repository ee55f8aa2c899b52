import { defineTable } from '@resdiff/tables';
import { processes } from './settings.ts';

/** sites.parquet and sites.arrow: a row for each site of each draw. */
export const sitesTable = defineTable({
  name: 'sites',
  columns: [
    {
      name: 'process',
      type: 'category',
      values: processes,
      description: 'What was drawn: resnet (the recursion) or sde (the Euler scheme of its limit).',
    },
    { name: 'size', type: 'int32', description: 'D = L: the channels and the depth.' },
    { name: 'draw', type: 'int32', description: 'Index of the draw, from 0.' },
    { name: 'image', type: 'int16', description: 'Index of the image, from 0.' },
    { name: 'row', type: 'int16', description: 'Row of the site, from 0.' },
    { name: 'column', type: 'int16', description: 'Column of the site, from 0.' },
    {
      name: 'z',
      type: 'float64',
      description: 'The input at the site, copied into every channel of x_0.',
    },
    {
      name: 'first',
      type: 'float32',
      description:
        'The first channel of the final state x_p; NaN, as all that follows, if the draw left the finite numbers.',
    },
    { name: 'mean', type: 'float64', description: 'x_p averaged over its channels.' },
    { name: 'square', type: 'float64', description: '|x_p|^2 / D.' },
    {
      name: 'centreProduct',
      type: 'float64',
      description: '<x_p, x_c> / D, c being the site in the middle of the image.',
    },
  ],
});

export type SitesTable = typeof sitesTable;
