import type { Run } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import type { Report } from '../experiment.ts';
import { renderFigure } from '../render-figure.ts';
import { binomialError, percent, spread, type Spread } from '../spread.ts';
import { estimate, judge, type Estimate } from '../summary.ts';
import { regressionsFigure } from './figure.ts';
import { kernels, type KernelName, type KernelRegressionSettings } from './settings.ts';
import type { RegressionsTable } from './table.ts';

/** The accuracy of [PF22], section 6.3, with the kernel (37), one subset of 20,000 images of MNIST. */
const PAPER = { accuracy: 0.8536, source: '[PF22] section 6.3, one subset' };

/** Numbers that a kernel gave on each subset. */
export type Results = Readonly<Record<(typeof measures)[number], readonly number[]>>;

const measures = [
  'accuracy',
  'testError',
  'predictiveVariance',
  'logMarginalLikelihood',
  'constant',
  'slope',
  'noiseVariance',
] as const;

export async function reportKernelRegression(
  settings: KernelRegressionSettings,
  run: Pick<Run, 'batches' | 'notes'>,
): Promise<Report> {
  const results = await readResults(run);
  const accuracies = new Map(
    Array.from(results, ([kernel, { accuracy }]) => [kernel, spread(accuracy)] as const),
  );
  const tangent = isPapers(settings) ? accuracies.get('tangent') : undefined;
  const paper = tangent ? [againstPaper(tangent)] : [];
  const estimates = Array.from(results, ([kernel, result]) =>
    kernelEstimates(settings, kernel, result),
  );
  const shown = [...paper, ...estimates.map(([accuracy]) => accuracy)];
  return {
    summary: {
      estimates: [...paper, ...estimates.flat()],
      verdict: judge(
        paper,
        (agreement) => sentence(settings, agreement, { accuracies, tangent }),
        Math.max(1, settings.subsets - 1),
      ),
    },
    shown,
    judged: paper,
    warnings: [],
    artifacts: () => renderFigure(regressionsFigure(settings, results, tangent && PAPER)),
  };
}

async function readResults(run: Pick<Run, 'batches'>): Promise<Map<KernelName, Results>> {
  const results = new Map<KernelName, Record<(typeof measures)[number], number[]>>();
  for await (const batch of run.batches()) {
    const { rows, columns } = batch as Batch<RegressionsTable>;
    for (let row = 0; row < rows; row++) {
      const kernel = kernels[columns.kernel[row]];
      const result =
        results.get(kernel) ??
        (Object.fromEntries(measures.map((name) => [name, [] as number[]])) as Record<
          (typeof measures)[number],
          number[]
        >);
      results.set(kernel, result);
      for (const name of measures) result[name].push(columns[name][row]);
    }
  }
  return results;
}

/** Accuracy first. */
function kernelEstimates(
  { testImages }: KernelRegressionSettings,
  kernel: KernelName,
  results: Results,
): [Estimate, ...Estimate[]] {
  const at = { kernel };
  const accuracy = spread(results.accuracy);
  const se = accuracy.se ?? binomialError(accuracy.mean, testImages);
  const others = measures.slice(1).map((name) => {
    const { mean, se } = spread(results[name]);
    return estimate(name, at, { value: mean, se });
  });
  return [estimate('testAccuracy', at, { value: accuracy.mean, se }), ...others];
}

/** The paper's is one more subset, so the difference has the variance of one and of the mean. */
function againstPaper({ count, mean, sd }: Spread): Estimate {
  const se = sd === null ? null : sd * Math.sqrt(1 + 1 / count);
  return estimate(
    'testAccuracy',
    { kernel: 'tangent', of: 'one subset' },
    { value: mean, se },
    { expected: PAPER.accuracy, source: PAPER.source },
  );
}

function isPapers(settings: KernelRegressionSettings): boolean {
  const { data, trainImages, testImages, noiseVariance } = settings;
  const { activation, T, sigmaW, sigmaB, sigmaZ, sigmaY } = settings;
  return (
    data === 'mnist' &&
    trainImages === 20_000 &&
    testImages === 10_000 &&
    noiseVariance === 1 / 20_000 &&
    activation === 'tanh' &&
    [T, sigmaW, sigmaB, sigmaZ, sigmaY].join() === '1,1,0.1,fan-in,1'
  );
}

function sentence(
  { data, subsets, testImages }: KernelRegressionSettings,
  agreement: boolean | null,
  {
    accuracies,
    tangent,
  }: { readonly accuracies: ReadonlyMap<KernelName, Spread>; readonly tangent: Spread | undefined },
): string {
  const each = Array.from(accuracies, ([kernel, { mean, sd }]) =>
    sd === null ? `${kernel} ${percent(mean)}` : `${kernel} ${percent(mean)}, sd ${percent(sd)}`,
  ).join('; ');
  const over = `over ${subsets === 1 ? 'one subset' : `${subsets} subsets`} of ${data}, ${testImages} test images`;
  const printed = `The paper's ${percent(PAPER.accuracy)}`;
  const paper =
    tangent === undefined
      ? 'The paper has no figure for these settings.'
      : agreement === null
        ? `${printed} for tangent cannot be judged by one subset, whose spread is unknown.`
        : agreement
          ? `One subset may well give the paper's ${percent(PAPER.accuracy)}.`
          : `${printed} is not what one subset gives.`;
  return `Accuracy ${over}: ${each}. ${paper}`;
}
