import { anyNumber, heatmapFigure, type HeatmapPanel } from '@resdiff/figures';
import type { SurfaceSample } from './samples.ts';
import type { SurfacesSettings } from './settings.ts';

const CONTOURS = 12;

/** [PF22], Figure 8: the first draws with each activation as colours and contours, a row for each. */
export function surfacesFigure(settings: SurfacesSettings, samples: readonly SurfaceSample[]) {
  const { width, depth, T, sigmaW, sigmaB, sigmaZ, shown, points } = settings;
  const size = width === depth ? `L = D = ${depth}` : `L = ${depth}, D = ${width}`;
  const { levels, step } = contours(samples);
  const panel = (
    { activation, inputs }: SurfaceSample,
    surface: Float32Array,
    draw: number,
  ): HeatmapPanel => ({
    title: `${activation}, draw ${draw}`,
    x: inputs,
    y: inputs,
    // Rows of a panel are values of z2; rows of a draw are values of z1.
    values: surface.map((_, at) => surface[(at % points) * points + Math.floor(at / points)]),
    ...(surface.every(Number.isFinite) ? { levels } : {}),
  });
  return heatmapFigure({
    title: 'First coordinate of the final state as a function of a two-dimensional input',
    subtitle: `${size}, T = ${T}, σw = ${sigmaW}, σb = ${sigmaB}, σz = ${sigmaZ}${levels.length > 0 ? `; contours at multiples of ${anyNumber(step)}` : ''}`,
    xTitle: 'z₁',
    yTitle: 'z₂',
    colors: { title: 'x₁(T)', scheme: 'diverging' },
    panels: samples.flatMap((sample) =>
      sample.surfaces.map((surface, draw) => panel(sample, surface, draw)),
    ),
    columns: shown,
  });
}

/** Multiples of 1, 2 or 5 times a power of ten, about `CONTOURS` over the values of all draws. */
function contours(samples: readonly SurfaceSample[]): { levels: number[]; step: number } {
  let [least, most] = [Infinity, -Infinity];
  for (const surface of samples.flatMap(({ surfaces }) => surfaces)) {
    for (const value of surface) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  if (!(least < most)) return { levels: [], step: 0 };
  const rough = (most - least) / CONTOURS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(least / step);
  const count = Math.floor(most / step) - first + 1;
  return { levels: Array.from({ length: count }, (_, i) => (first + i) * step), step };
}
