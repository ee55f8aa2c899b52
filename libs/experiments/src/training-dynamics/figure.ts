import { curvesFigure } from '@resdiff/figures';
import { onLogAxis } from '../render-figure.ts';
import { spread } from '../spread.ts';
import { isLost, type Trajectory } from './report.ts';
import type { TrainingDynamicsSettings } from './settings.ts';

const asItIs = (value: number) => value;

/** Distances from the limiting flow over time, and the losses beside the prediction, by size. */
export function dynamicsFigure(
  settings: TrainingDynamicsSettings,
  trajectories: readonly Trajectory[],
) {
  const { data, size: sizes, trainImages, repetitions, rate } = settings;
  const seriesOf = (size: number) => `size-${size}`;
  const curves = (
    of: (trajectory: Trajectory, snapshot: number) => number,
    placed: (value: number) => number,
  ) =>
    sizes.flatMap((size) => {
      const own = trajectories.filter((each) => each.size === size && !isLost(each));
      if (own.length === 0) return [];
      // Time 0 has no place on a logarithmic axis.
      const snapshots = own[0].time.map((_, i) => i).slice(1);
      const means = snapshots.map((i) => spread(own.map((trajectory) => of(trajectory, i))));
      return [
        {
          name: seriesOf(size),
          x: snapshots.map((i) => own[0].time[i]),
          y: means.map(({ mean }) => placed(mean)),
          halfWidths: means.map(({ se }) => placed(se ?? NaN)),
        },
      ];
    });
  return curvesFigure({
    title: 'Training beside the gradient flow of the limiting kernel',
    subtitle: `${data}: ${trainImages.toLocaleString('en')} images, gradient descent in steps of time ${rate}, mean and standard error over ${repetitions} ${repetitions === 1 ? 'network' : 'networks'}`,
    series: [
      ...sizes.map((size) => ({ name: seriesOf(size), label: `D = L = ${size}` })),
      {
        name: 'limit',
        label: `limiting kernel, from the same initial functions (D = L = ${sizes.at(-1)})`,
        reference: true,
      },
    ],
    x: { title: 'time', scale: 'log' },
    y: { title: '' },
    panels: [
      {
        title: 'distance from kernel gradient descent',
        y: { title: 'distance / distance moved', scale: 'log' },
        curves: curves(
          ({ distanceToDescent, moved }, i) => distanceToDescent[i] / moved[i],
          onLogAxis,
        ),
      },
      {
        title: `loss on the training images`,
        y: { title: 'half the squared error', scale: 'log' },
        curves: [
          ...curves(({ trainLoss }, i) => trainLoss[i], onLogAxis),
          ...limitCurve(trajectories, sizes.at(-1)!, 'predictedTrainLoss', onLogAxis),
        ],
      },
      {
        title: 'test accuracy',
        y: { title: 'test accuracy', format: 'percent' },
        curves: [
          ...curves(({ accuracy }, i) => accuracy[i], asItIs),
          ...limitCurve(trajectories, sizes.at(-1)!, 'predictedAccuracy', asItIs),
        ],
      },
    ],
  });
}

/** What the kernel predicts of the largest networks: the mean over their initial functions. */
function limitCurve(
  trajectories: readonly Trajectory[],
  size: number,
  measure: 'predictedTrainLoss' | 'predictedAccuracy',
  placed: (value: number) => number,
) {
  const own = trajectories.filter((each) => each.size === size);
  const snapshots = own[0].time.map((_, i) => i).slice(1);
  return [
    {
      name: 'limit',
      x: snapshots.map((i) => own[0].time[i]),
      y: snapshots.map((i) => placed(spread(own.map((each) => each[measure][i])).mean)),
    },
  ];
}
