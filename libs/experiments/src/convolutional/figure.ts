import { curvesFigure, type CurvesPanel, type PanelCurve } from '@resdiff/figures';
import { spread } from '../spread.ts';
import { cosine } from './cosine.ts';
import type { CaseSample } from './samples.ts';
import { centreOf, type ConvolutionalSettings, type Process } from './settings.ts';
import type { Prediction } from './theory.ts';

const LABELS = { resnet: 'network', sde: 'Euler scheme' } as const;

/**
 * For each image: the second moment of the states, and the cosine of their angle with that in the
 * middle, along a line of sites through the middle at the largest size; and the second moment in the
 * middle by size.
 */
export function convolutionalFigure(
  settings: ConvolutionalSettings,
  samples: readonly CaseSample[],
  limit: Prediction | undefined,
) {
  const { rows, columns, images, processes, size: sizes, draws, kernel, activation } = settings;
  const { T, sigmaW, sigmaB } = settings;
  return curvesFigure({
    title: 'Convolutional residual networks, site by site',
    subtitle: `${activation}, ${rows} × ${columns} sites, patches of ${kernel} × ${kernel}, T = ${T}, σw = ${sigmaW}, σb = ${sigmaB}, ${draws.toLocaleString('en')} draws; mean and standard error`,
    series: [
      ...processes.map((process) => ({ name: process, label: LABELS[process] })),
      ...(limit ? [{ name: 'limit', label: 'limit, D = L = ∞', reference: true }] : []),
    ],
    x: { title: columns > 1 ? 'column' : 'row' },
    y: { title: '' },
    columns: sizes.length > 1 ? 3 : 2,
    panels: images.flatMap((_, image) => {
      const panels = imagePanels(settings, samples, limit, image);
      return sizes.length > 1 ? panels : panels.slice(0, 2);
    }),
  });
}

function imagePanels(
  settings: ConvolutionalSettings,
  samples: readonly CaseSample[],
  limit: Prediction | undefined,
  image: number,
): CurvesPanel[] {
  const { columns, images, processes, size: sizes } = settings;
  const named = images.length > 1 ? `, image ${image}` : '';
  const line = lineOf(settings, image);
  const middle = siteOf(settings, image, centreOf(settings));
  const largest = sizes.at(-1)!;
  const ofSize = (process: Process, size: number) =>
    samples.find((each) => each.process === process && each.size === size)!.values;
  const expected = (site: number, other: number) =>
    limit!.moments.lambda[site * limit!.moments.m.length + other];
  const theory = (value: (site: number) => number): PanelCurve[] =>
    limit ? [{ name: 'limit', x: line.map((_, place) => place), y: line.map(value) }] : [];
  return [
    {
      title: `middle ${columns > 1 ? 'row' : 'column'}${named}, D = L = ${largest}`,
      y: { title: '|x|²/D' },
      curves: [
        ...processes.map((process) => {
          const { square } = ofSize(process, largest);
          return measured(
            process,
            line.map((_, place) => place),
            line.map((site) => secondMoment(square[site])),
          );
        }),
        ...theory((site) => expected(site, site)),
      ],
    },
    {
      title: `cosine with the middle${named}, D = L = ${largest}`,
      y: { title: 'cosine' },
      curves: [
        ...processes.map((process) => {
          const { square, centreProduct } = ofSize(process, largest);
          return measured(
            process,
            line.map((_, place) => place),
            line.map((site) => cosine(centreProduct[site], square[site], square[middle])),
          );
        }),
        ...theory(
          (site) =>
            expected(site, middle) / Math.sqrt(expected(site, site) * expected(middle, middle)),
        ),
      ],
    },
    {
      title: `in the middle${named}, by size`,
      x: { title: 'D = L', scale: 'log', ticks: sizes },
      y: { title: '|x|²/D' },
      rules: limit ? [{ axis: 'y', at: expected(middle, middle), name: 'limit' }] : [],
      curves: processes.map((process) =>
        measured(
          process,
          sizes,
          sizes.map((size) => secondMoment(ofSize(process, size).square[middle])),
        ),
      ),
    },
  ];
}

function siteOf({ rows, columns }: ConvolutionalSettings, image: number, within: number): number {
  return image * rows * columns + within;
}

/** The sites of the middle row of an image, or of its only column. */
function lineOf(settings: ConvolutionalSettings, image: number): number[] {
  const { rows, columns } = settings;
  const within =
    columns > 1
      ? Array.from({ length: columns }, (_, i) => Math.floor(rows / 2) * columns + i)
      : Array.from({ length: rows }, (_, i) => i);
  return within.map((site) => siteOf(settings, image, site));
}

function secondMoment(values: Float64Array) {
  const { mean, se } = spread([...values]);
  return { value: mean, se: se ?? NaN };
}

function measured(
  name: string,
  x: readonly number[],
  found: readonly { readonly value: number; readonly se: number }[],
): PanelCurve {
  return {
    name,
    x: [...x],
    y: found.map(({ value }) => value),
    halfWidths: found.map(({ se }) => se),
    marks: 'line and points',
  };
}
