import { curvesFigure } from '@resdiff/figures';
import { onLogAxis } from '../render-figure.ts';
import type { Epoch } from './report.ts';
import type { ReparametrisationSettings } from './settings.ts';
import { rateOf } from './shards.ts';

/** Points of a curve, about: the losses of single batches would hide each other. */
const POINTS = 30;

/** The loss along the epoch, a panel a depth and width ([PF20], Figure 5). */
export function lossesFigure(settings: ReparametrisationSettings, epochs: readonly Epoch[]) {
  const { data, depths, widths, gradients: chosen } = settings;
  const steps = Math.max(...epochs.map(({ losses }) => losses.length));
  const window = Math.max(1, Math.round(steps / POINTS));
  return curvesFigure({
    title: 'One learning rate for all depths and widths',
    subtitle: `${data}: one epoch of SGD, loss ${window === 1 ? 'of each batch' : `averaged over ${window} batches`}`,
    series: chosen.map((name) => ({
      name,
      label: `${name} gradients, rate ${rateOf(settings, name)}`,
    })),
    columns: widths.length,
    x: { title: 'step', shared: true },
    y: { title: 'loss', scale: 'log', shared: true },
    panels: depths.flatMap((depth) =>
      widths.map((width) => {
        const own = epochs.filter((epoch) => epoch.depth === depth && epoch.width === width);
        return {
          title: `L = ${depth}, D = ${width}`,
          curves: own.map(({ gradients, losses }) => ({
            name: gradients,
            ...averaged(losses, window),
          })),
          events: own.flatMap(({ gradients, losses }) => {
            const lost = losses.findIndex(Number.isNaN);
            return lost < 0 ? [] : [{ name: gradients, x: lost, label: `${gradients}: diverged` }];
          }),
        };
      }),
    ),
  });
}

/** Means over windows of losses, at the windows' middles; NaN if one has no place on a logarithmic axis. */
function averaged(losses: Float64Array, window: number): { x: number[]; y: number[] } {
  const starts = Array.from({ length: Math.ceil(losses.length / window) }, (_, i) => i * window);
  const parts = starts.map((start) => losses.subarray(start, start + window));
  return {
    x: starts.map((start, i) => start + (parts[i].length - 1) / 2),
    y: parts.map((part) => onLogAxis(part.reduce((sum, loss) => sum + loss, 0) / part.length)),
  };
}
