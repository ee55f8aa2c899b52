import { defineTable } from '@resdiff/tables';
import { processes } from './settings.ts';

/** trajectories.parquet and trajectories.arrow: a row for each layer kept of each draw of each network. */
export const trajectoriesTable = defineTable({
  name: 'trajectories',
  columns: [
    {
      name: 'process',
      type: 'category',
      values: processes,
      description:
        'relu (psi = ReLU), or ornstein-uhlenbeck (width 1, with the psi whose limit is that process).',
    },
    { name: 'width', type: 'int32', description: 'n, the number of coordinates.' },
    { name: 'draw', type: 'int32', description: 'Index of the draw of the network, from 0.' },
    { name: 'layer', type: 'int32', description: 'Layers so far, from 0 to L.' },
    { name: 'time', type: 'float64', description: 't = layer T / L.' },
    { name: 'active', type: 'int32', description: 'How many coordinates of X_t are above 0.' },
    { name: 'norm', type: 'float32', description: '|X_t|; NaN once out of the finite numbers.' },
    {
      name: 'logFeatureNorm',
      type: 'float32',
      description: 'log |psi(X_t)|; NaN once out of the finite numbers.',
    },
    {
      name: 'mean',
      type: 'float32',
      description: 'Mean of the coordinates of X_t; NaN once out of the finite numbers.',
    },
    {
      name: 'y',
      type: 'float32',
      nullable: true,
      description:
        'Y_t = h^-1(X_t) of the process ornstein-uhlenbeck; null for relu, NaN once out of the finite numbers.',
    },
    {
      name: 'relativeStep',
      type: 'float32',
      nullable: true,
      description:
        '|X_t - X|^2 / |psi(X)|^2, X the state one layer before; null at layer 0, NaN once out of the finite numbers.',
    },
  ],
});

export type TrajectoriesTable = typeof trajectoriesTable;
