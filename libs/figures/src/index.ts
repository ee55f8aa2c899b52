export type { Numbers } from './arrays.ts';
export type {
  Band,
  Bundle,
  CurveAxis,
  CurvesData,
  CurveSeries,
  CurvesPanel,
  Note,
  NotePlace,
  PanelAxis,
  PanelCurve,
  PanelEvent,
  Rule,
} from './curve-data.ts';
export { curvesFigure } from './curves.ts';
export { densitiesFigure } from './densities.ts';
export type {
  Contours,
  Curve,
  DensitiesData,
  DensityPanel,
  Histogram,
  JointDensity,
} from './density-data.ts';
export type { ColorAxis, HeatmapData, HeatmapPanel } from './heatmap-data.ts';
export { heatmapFigure } from './heatmap.ts';
export { anyNumber, type NumberFormat } from './numbers.ts';
export { renderPng, renderSvg } from './render.ts';
export type { ScaleType } from './span.ts';
