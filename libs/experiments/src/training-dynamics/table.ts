import { defineTable } from '@resdiff/tables';

/** dynamics.parquet and dynamics.arrow: a row for each snapshot of each training. */
export const dynamicsTable = defineTable({
  name: 'dynamics',
  columns: [
    { name: 'size', type: 'int32', description: 'D = L: the width and the depth of the network.' },
    { name: 'repetition', type: 'int32', description: 'Which network of its size, from 0.' },
    { name: 'step', type: 'int32', description: 'Steps of gradient descent so far.' },
    {
      name: 'time',
      type: 'float64',
      description: 'Time of the gradient flow: step times rate.',
    },
    {
      name: 'moved',
      type: 'float64',
      description:
        'Root mean square over test images and outputs of f_t - f_0, the function now minus the initial one.',
    },
    {
      name: 'distanceToFlow',
      type: 'float64',
      description:
        'Root mean square of f_t minus the kernel gradient flow from the same f_0 with the limiting tangent kernel.',
    },
    {
      name: 'distanceToDescent',
      type: 'float64',
      description:
        'The same against kernel gradient descent: the flow in steps of the learning rate.',
    },
    {
      name: 'trainLoss',
      type: 'float64',
      description: 'Half the squared error summed over outputs, averaged over training images.',
    },
    {
      name: 'predictedTrainLoss',
      type: 'float64',
      description: 'That of kernel gradient descent.',
    },
    {
      name: 'accuracy',
      type: 'float64',
      unit: 'fraction',
      description: 'Share of the test images classified rightly.',
    },
    {
      name: 'predictedAccuracy',
      type: 'float64',
      unit: 'fraction',
      description: 'That of kernel gradient descent.',
    },
  ],
});

export type DynamicsTable = typeof dynamicsTable;
