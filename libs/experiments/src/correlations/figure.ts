import { anyNumber, heatmapFigure, type HeatmapPanel } from '@resdiff/figures';
import { correlationMatrix } from './correlation.ts';
import { isResidual, modelTitles } from './models.ts';
import type { ModelSample } from './samples.ts';
import { inputsOf, type CorrelationsSettings } from './settings.ts';
import { finiteDepthPrediction, limitPrediction } from './theory.ts';

const LEVELS = [-0.5, -0.25, 0, 0.25, 0.5, 0.75, 0.9];

/**
 * [PF22], Figure 5: the correlations of each model above what theory says at the same depth, and
 * above the limit where there is one; models without one stand last.
 */
export function correlationsFigure(
  settings: CorrelationsSettings,
  samples: readonly ModelSample[],
) {
  const { width, depth, draws, T, sigmaW, sigmaB, coordinates } = settings;
  const z = inputsOf(settings);
  const size = width === depth ? `L = D = ${depth}` : `L = ${depth}, D = ${width}`;
  const panel = (title: string, values: Float64Array): HeatmapPanel => ({
    title,
    x: z,
    y: z,
    values,
    ...(values.every(Number.isFinite) ? { levels: LEVELS } : {}),
  });
  const columns = samples
    .map((sample) => ({ sample, limit: limitPrediction(sample.model, settings, z) }))
    .toSorted((one, other) => Number(!one.limit) - Number(!other.limit));
  const estimated = columns.map(({ sample }) =>
    panel(modelTitles[sample.model], correlationMatrix(sample)),
  );
  const sameDepth = columns.map(({ sample: { model } }) =>
    panel(
      isResidual(model) ? `mean field, L = ${depth}` : `correlation map, L = ${depth}`,
      finiteDepthPrediction(model, settings, z).correlations,
    ),
  );
  const infinite = columns.flatMap(({ limit }) =>
    limit ? [panel('limit, L = D = ∞', limit.correlations)] : [],
  );
  return heatmapFigure({
    title: 'Correlation of the final states of two inputs',
    subtitle: `${size}, ${draws.toLocaleString('en')} draws, ${coordinates === 'all' ? 'all coordinates' : 'first coordinate'}; residual: T = ${T}, σw = ${sigmaW}, σb = ${sigmaB}; feedforward: at the edge of chaos; contours at ${LEVELS.map((level) => anyNumber(level)).join(', ')}`,
    xTitle: 'z',
    yTitle: 'z′',
    colors: { title: 'correlation', scheme: 'diverging', domain: [-1, 1] },
    panels: [...estimated, ...sameDepth, ...infinite],
    columns: samples.length,
  });
}
