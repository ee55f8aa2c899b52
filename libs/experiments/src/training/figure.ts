import { curvesFigure } from '@resdiff/figures';
import { binomialError, percent, spread } from '../spread.ts';
import type { LimitAccuracy } from './report.ts';
import type { TrainedNetwork } from './results.ts';
import { methods, type Method, type TrainingSettings } from './settings.ts';

const labels: Readonly<Record<Method, string>> = {
  gd: 'GD',
  'gd-centred': 'GD, centred',
  sgd: 'SGD',
  'sgd-centred': 'SGD, centred',
  'adam-full': 'Adam, all images',
  'adam-full-centred': 'Adam, all images, centred',
  adam: 'Adam, batches',
  'adam-centred': 'Adam, batches, centred',
};

/**
 * Test accuracy against size, and against the epoch for the largest size ([PF22], Figure 6), with the
 * accuracy of kernel regression, which is that of infinite size.
 */
export function trainingFigure(
  settings: TrainingSettings,
  networks: readonly TrainedNetwork[],
  limit: LimitAccuracy | undefined,
) {
  const { data, trainImages, epochs, size: sizes, testImages } = settings;
  const chosen = methods.filter((method) => settings.optimizer.includes(method));
  const rules = limit
    ? [
        {
          axis: 'y' as const,
          at: limit.mean,
          label: `kernel regression: ${percent(limit.mean)}`,
          listed: true,
        },
      ]
    : [];
  const largest = sizes.at(-1)!;
  return curvesFigure({
    title: 'Test accuracy of trained networks of growing size',
    subtitle: `${data}: ${trainImages.toLocaleString('en')} training images, ${epochs} epochs`,
    series: chosen.map((name) => ({ name, label: labels[name] })),
    x: { title: '' },
    y: { title: 'test accuracy', format: 'percent', shared: true },
    panels: [
      {
        title: 'after training',
        x: { title: 'D = L', scale: sizes.length > 1 ? 'log' : 'linear', ticks: [...sizes] },
        curves: chosen.map((method) => {
          const accuracies = sizes.map((size) =>
            spread(finalAccuracies(networks.find(isOf(size, method)))),
          );
          return {
            name: method,
            x: sizes,
            y: accuracies.map(({ mean }) => mean),
            halfWidths: accuracies.map(({ mean, se }) => se ?? binomialError(mean, testImages)),
            marks: 'line and points' as const,
          };
        }),
        rules,
      },
      {
        title: `during training, D = L = ${largest}`,
        x: { title: 'epoch' },
        curves: chosen
          .flatMap((method) => networks.find(isOf(largest, method)) ?? [])
          .map(({ method, repetitions }) => ({
            name: method,
            x: repetitions[0].accuracy.map((_, epoch) => epoch),
            y: repetitions[0].accuracy.map(
              (_, epoch) =>
                spread(repetitions.map(({ accuracy }) => accuracy[epoch]).filter(Number.isFinite))
                  .mean,
            ),
          })),
        rules,
      },
    ],
  });
}

function isOf(size: number, method: Method) {
  return (network: TrainedNetwork) => network.size === size && network.method === method;
}

/** Of trainings that did not diverge; none of a network that a sweep lacks. */
function finalAccuracies(network: TrainedNetwork | undefined): number[] {
  return (network?.repetitions ?? [])
    .map(({ accuracy }) => accuracy.at(-1)!)
    .filter(Number.isFinite);
}
