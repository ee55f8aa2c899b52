import { renderPng, renderSvg } from '@resdiff/figures';
import type { Artifacts } from './experiment.ts';

/** A number for a logarithmic axis: NaN, which leaves a gap, if it has no place there. */
export function onLogAxis(value: number): number {
  return value > 0 && value < Infinity ? value : NaN;
}

/** A figure, if there is one, as the files of a run. */
export async function renderFigure(
  spec: Parameters<typeof renderSvg>[0] | undefined,
): Promise<Artifacts> {
  if (!spec) return {};
  const svg = await renderSvg(spec);
  return { 'figure.svg': svg, 'figure.png': await renderPng(svg) };
}
