import { curvesFigure } from '@resdiff/figures';
import { percent } from '../spread.ts';
import type { Results } from './report.ts';
import type { KernelName, KernelRegressionSettings } from './settings.ts';

const labels: Readonly<Record<KernelName, string>> = {
  features: 'features (35)',
  prior: 'prior (36)',
  tangent: 'tangent (37)',
  'empirical-bayes': 'empirical Bayes',
};

/** The accuracy of each kernel on each subset, beside the paper's if it has one for these settings. */
export function regressionsFigure(
  { data, trainImages, testImages }: KernelRegressionSettings,
  results: ReadonlyMap<KernelName, Results>,
  paper: { readonly accuracy: number } | undefined,
) {
  return curvesFigure({
    title: 'Kernel regression with the kernels of the infinite limit',
    subtitle: `${data}: random subsets of ${trainImages.toLocaleString('en')} training images, ${testImages.toLocaleString('en')} test images`,
    series: Array.from(results.keys(), (name) => ({ name, label: labels[name] })),
    x: { title: 'subset', ticks: subsetTicks(results) },
    y: { title: 'test accuracy', format: 'percent' },
    panels: [
      {
        title: 'each subset',
        curves: Array.from(results, ([name, { accuracy }]) => ({
          name,
          x: accuracy.map((_, subset) => subset + 1),
          y: accuracy,
          marks: 'line and points' as const,
        })),
        rules: paper
          ? [
              {
                axis: 'y' as const,
                at: paper.accuracy,
                label: `[PF22]: ${percent(paper.accuracy)}`,
                listed: true,
              },
            ]
          : [],
      },
    ],
  });
}

/** Whole numbers, a dozen at most. */
function subsetTicks(results: ReadonlyMap<KernelName, Results>): number[] {
  const [{ accuracy }] = results.values();
  const step = Math.ceil(accuracy.length / 12);
  return accuracy.flatMap((_, subset) => (subset % step === 0 ? [subset + 1] : []));
}
