import { heatmapFigure, type HeatmapPanel } from '@resdiff/figures';
import type { ComparedLaw } from './report.ts';
import { INPUTS, type ParameterLawsSettings } from './settings.ts';

/** The covariance of the increments of both inputs of each law, simulated and by Theorem 3.1. */
export function parameterLawsFigure(
  settings: ParameterLawsSettings,
  compared: readonly ComparedLaw[],
) {
  const { width, activation, psi, step, blocks, blockDraws } = settings;
  const size = INPUTS * width;
  const indices = Array.from({ length: size }, (_, index) => index);
  const panel = (title: string, { entries }: ComparedLaw, of: 'value' | 'limit'): HeatmapPanel => {
    const values = new Float64Array(size * size);
    for (const { moment, row, column, [of]: value } of entries) {
      if (moment !== 'covariance') continue;
      values[row * size + column] = value;
      values[column * size + row] = value;
    }
    return { title, x: indices, y: indices, values };
  };
  return heatmapFigure({
    title: 'Covariance of the increments of two inputs, per unit of time',
    subtitle: `φ = ${activation}, ψ = ${psi}, D = ${width}, one step of ${step}, ${(blocks * blockDraws).toLocaleString('en')} draws`,
    xTitle: 'coordinate of input 0, then of input 1',
    yTitle: 'coordinate of input 0, then of input 1',
    colors: { title: 'd[x, x] / dt', scheme: 'diverging' },
    panels: compared.flatMap((each) => [
      panel(`${each.law}: simulated`, each, 'value'),
      panel(`${each.law}: Theorem 3.1`, each, 'limit'),
    ]),
    columns: 2,
  });
}
