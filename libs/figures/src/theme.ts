import type { Config } from 'vega';

/** How a series is told from the others: by colour, and by its dashes and points without colour. */
export interface SeriesStyle {
  color: string;
  /** Lengths of dashes and gaps; empty for a solid line. */
  dash: number[];
  width: number;
  /** Of its points, a shape of Vega's symbols. */
  shape: string;
}

/**
 * The colours of Okabe and Ito ("Color Universal Design", 2008), told apart with any colour vision,
 * but for yellow, which is faint on white, and black, which is for references; then a purple and a
 * grey. Later series are drawn over earlier ones, which show through their gaps.
 */
export const seriesStyles: readonly SeriesStyle[] = [
  { color: '#0072B2', dash: [], width: 1.8, shape: 'circle' },
  { color: '#D55E00', dash: [7, 4], width: 1.8, shape: 'square' },
  { color: '#009E73', dash: [1.8, 2.7], width: 2, shape: 'triangle-up' },
  { color: '#CC79A7', dash: [9, 3, 2, 3], width: 1.8, shape: 'diamond' },
  { color: '#E69F00', dash: [4, 2], width: 1.8, shape: 'triangle-down' },
  { color: '#56B4E9', dash: [12, 4], width: 1.8, shape: 'cross' },
  { color: '#6A3D9A', dash: [2, 2, 6, 2], width: 1.8, shape: 'triangle-right' },
  { color: '#707070', dash: [14, 3, 2, 3, 2, 3], width: 1.8, shape: 'triangle-left' },
];

/** Analytic curves and contours, drawn over the series. */
export const referenceStyles: readonly SeriesStyle[] = [
  { color: '#000000', dash: [4, 3], width: 1.2, shape: 'circle' },
  { color: '#000000', dash: [1.5, 2], width: 1.4, shape: 'square' },
  { color: '#000000', dash: [], width: 1, shape: 'diamond' },
  { color: '#000000', dash: [9, 2, 2, 2], width: 1.2, shape: 'triangle-up' },
];

/** Over cells of any colour. */
export const heatmapContourStyle = { color: '#222222', dash: [], width: 0.8 };

/** Lines at a number that curves are held against. */
export const ruleStyle = { color: '#444444', dash: [5, 3], width: 1 };

/** Of lines that are many, or noisy. */
export const fineLine = { dash: [], width: 0.9 };
/** Of many curves of one series. */
export const bundleOpacity = 0.6;

/** What marks an event: a saltire of strokes. */
export const crossSymbol = {
  shape: 'M-1,-1L1,1M-1,1L1,-1',
  size: 49,
  fill: 'transparent',
  strokeWidth: 2,
};

export const fillOpacity = 0.15;

/** Contours lie closer than curves, so they are thinner. */
export const contourWidth = 1.3;

export const fontFamily = 'DejaVu Sans, Verdana, sans-serif';

export const titleFont = { size: 15, bold: true, lineHeight: 20 };
export const subtitleFont = { size: 11.5, lineHeight: 16 };
export const legendFont = { size: 11.5 };
export const panelTitleFont = { size: 12 };
export const axisTitleFont = { size: 11.5 };
export const axisLabelFont = { size: 10 };
export const noteFont = { size: 10.5, lineHeight: 14 };

export const textColor = '#222222';
export const subtitleColor = '#555555';

const tickSize = 4;
const labelPadding = 3;

/** What ticks and the space to their labels take. */
export const tickRoom = tickSize + labelPadding;

export const config: Config = {
  background: 'white',
  axis: {
    domainColor: '#888888',
    gridColor: '#ececec',
    labelColor: '#444444',
    labelFont: fontFamily,
    labelFontSize: axisLabelFont.size,
    labelPadding,
    tickColor: '#888888',
    tickSize,
    titleColor: textColor,
    titleFont: fontFamily,
    titleFontSize: axisTitleFont.size,
    titleFontWeight: 'normal',
  },
  text: { font: fontFamily, fill: textColor },
};
