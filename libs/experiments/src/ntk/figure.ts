import { anyNumber, curvesFigure } from '@resdiff/figures';
import { spread } from '../spread.ts';
import type { NtkEstimates } from './estimates.ts';
import { kernelPairs } from './pairs.ts';
import type { NtkSamples } from './samples.ts';
import type { NtkSettings } from './settings.ts';
import { parts, type Part } from './table.ts';
import { isLinear } from './theory.ts';

const KERNELS = { weights: 'K_W, of the weights', biases: 'K_b, of the biases' } as const;

/**
 * The figure of [PF22], Figure 3: mean and two standard deviations of the kernels over D = L, beside
 * the mean field and the limit. A row for each part, a column for each pair of the first two inputs.
 */
export function ntkFigure(
  settings: NtkSettings,
  samples: readonly NtkSamples[],
  { predictions, limit }: Pick<NtkEstimates, 'predictions' | 'limit'>,
) {
  const { inputs, size: sizes } = settings;
  const pairs = kernelPairs(inputs.length).flatMap(([i, j], pair) =>
    j < 2 ? [{ i, j, pair }] : [],
  );
  const isPoint = sizes.length === 1;
  // Of one size, theory is a line across its point, which another point would hide.
  const across = isPoint ? [sizes[0] / 1.2, sizes[0] * 1.2] : sizes;
  const theory = (name: string, values: number[]) => ({
    name,
    x: across,
    y: isPoint ? across.map(() => values[0]) : values,
    marks: 'line' as const,
  });
  const panel = (part: Part, { i, j, pair }: (typeof pairs)[number]) => {
    const spreads = samples.map((sample) => spread([...sample.pairs[pair][part]]));
    const entry = i * inputs.length + j;
    const deviations = spreads.map(({ sd }) => drawn(2 * (sd ?? NaN)));
    const means = spreads.map(({ mean }) => drawn(mean));
    const edge = (sign: number) => means.map((mean, i) => mean + sign * deviations[i]);
    return {
      title: `${KERNELS[part]}: ${atInputs(inputs[i], inputs[j])}`,
      bands: isPoint ? [] : [{ name: 'networks', x: sizes, low: edge(-1), high: edge(1) }],
      curves: [
        {
          name: 'networks',
          x: sizes,
          y: means,
          ...(isPoint
            ? { marks: 'points' as const, halfWidths: deviations }
            : { marks: 'line and points' as const }),
        },
        theory(
          'finite-depth',
          predictions.map(({ kernel }) => drawn(kernel[part][entry])),
        ),
        ...(limit
          ? [
              theory(
                'limit',
                sizes.map(() => drawn(limit.kernel[part][entry])),
              ),
            ]
          : []),
      ],
    };
  };
  return curvesFigure({
    title: 'Tangent kernels at initialization',
    subtitle: subtitle(settings),
    series: [
      { name: 'networks', label: 'networks: mean and 2 standard deviations' },
      {
        name: 'finite-depth',
        label: isLinear(settings) ? 'exact mean' : 'mean field: D = ∞, same L',
        reference: true,
      },
      ...(limit ? [{ name: 'limit', label: 'limit: D = L = ∞', reference: true }] : []),
    ],
    x: { title: 'D = L', scale: 'log', ticks: sizes },
    y: { title: '' },
    panels: parts.flatMap((part) => pairs.map((pair) => panel(part, pair))),
    columns: pairs.length,
  });
}

function subtitle({ activation, T, sigmaW, sigmaB, draws }: NtkSettings): string {
  const sigmas = sigmaW === sigmaB ? `σw = σb = ${sigmaW}` : `σw = ${sigmaW}, σb = ${sigmaB}`;
  return `${activation}, T = ${T}, ${sigmas}, ${draws.toLocaleString('en')} draws of each size`;
}

function atInputs(z: number, otherZ: number): string {
  const [first, second] = [anyNumber(z), anyNumber(otherZ)];
  return z === otherZ ? `z = z′ = ${first}` : `z = ${first}, z′ = ${second}`;
}

/** A number for an axis: NaN, which leaves a gap, if it has no place there. */
function drawn(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}
