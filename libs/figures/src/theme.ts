import type { Config } from 'vega';

/** How a series is told from the others: by colour, and by its dashes where lines coincide. */
export interface SeriesStyle {
  color: string;
  /** Lengths of dashes and gaps; empty for a solid line. */
  dash: number[];
  width: number;
}

/**
 * The colours of Okabe and Ito ("Color Universal Design", 2008), told apart with any colour vision,
 * but for yellow, which is faint on white, and black, which is for references. Later series are
 * drawn over earlier ones, which show through their gaps.
 */
export const seriesStyles: readonly SeriesStyle[] = [
  { color: '#0072B2', dash: [], width: 1.8 },
  { color: '#D55E00', dash: [7, 4], width: 1.8 },
  { color: '#009E73', dash: [1.8, 2.7], width: 2 },
  { color: '#CC79A7', dash: [9, 3, 2, 3], width: 1.8 },
  { color: '#E69F00', dash: [4, 2], width: 1.8 },
  { color: '#56B4E9', dash: [12, 4], width: 1.8 },
];

/** Analytic curves and contours, drawn over the series. */
export const referenceStyle: SeriesStyle = { color: '#000000', dash: [4, 3], width: 1.2 };

export const fillOpacity = 0.15;

/** Contours lie closer than curves, so they are thinner. */
export const contourWidth = 1.3;

export const fontFamily = 'DejaVu Sans, Verdana, sans-serif';

export const titleFont = { size: 15, bold: true, lineHeight: 20 };
export const subtitleFont = { size: 11.5, lineHeight: 16 };
export const legendFont = { size: 11.5 };
export const panelTitleFont = { size: 12 };
export const axisTitleFont = { size: 11.5 };

export const textColor = '#222222';
export const subtitleColor = '#555555';

export const config: Config = {
  background: 'white',
  axis: {
    domainColor: '#888888',
    gridColor: '#ececec',
    labelColor: '#444444',
    labelFont: fontFamily,
    labelFontSize: 10,
    labelPadding: 3,
    tickColor: '#888888',
    tickSize: 4,
    titleColor: textColor,
    titleFont: fontFamily,
    titleFontSize: axisTitleFont.size,
    titleFontWeight: 'normal',
  },
  text: { font: fontFamily, fill: textColor },
};
