import { curvesFigure } from '@resdiff/figures';
import { onLogAxis } from '../render-figure.ts';
import type { Epoch } from './report.ts';
import type { ReparametrisationSettings } from './settings.ts';
import { rateOf } from './shards.ts';

/** Batches over which losses are averaged in the figure: single ones would hide each other. */
const WINDOW = 10;

/** The loss along the epoch, a panel a depth and width ([PF20], Figure 5). */
export function lossesFigure(settings: ReparametrisationSettings, epochs: readonly Epoch[]) {
  const { data, depths, widths, gradients: chosen } = settings;
  return curvesFigure({
    title: 'One learning rate for all depths and widths',
    subtitle: `${data}: one epoch of SGD, loss averaged over ${WINDOW} batches`,
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
          curves: own.map(({ gradients, losses }) => ({ name: gradients, ...averaged(losses) })),
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
function averaged(losses: Float64Array): { x: number[]; y: number[] } {
  const starts = Array.from({ length: Math.ceil(losses.length / WINDOW) }, (_, i) => i * WINDOW);
  const windows = starts.map((start) => losses.subarray(start, start + WINDOW));
  return {
    x: starts.map((start, i) => start + (windows[i].length - 1) / 2),
    y: windows.map((window) =>
      onLogAxis(window.reduce((sum, loss) => sum + loss, 0) / window.length),
    ),
  };
}
