export { densitiesFigure } from './densities.ts';
export type {
  Contours,
  Curve,
  DensitiesData,
  DensityPanel,
  Histogram,
  JointDensity,
} from './density-data.ts';
export { renderPng, renderSvg } from './render.ts';
