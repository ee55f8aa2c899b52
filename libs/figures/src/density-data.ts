/** A figure of densities estimated from draws: what `densitiesFigure` draws. */
export interface DensitiesData {
  title: string;
  /** A line below the title, such as `tanh, L = D = 500, 10,000 draws`. */
  subtitle: string;
  /** At most eight, in the order of the legend and of drawing. */
  series: { name: string; label: string }[];
  /** The joint density of two components, drawn as contours. */
  joint?: JointDensity | undefined;
  /** The densities of single components, a panel each. */
  panels: DensityPanel[];
}

export interface JointDensity {
  title?: string | undefined;
  xTitle: string;
  yTitle: string;
  /** Equally spaced and increasing, as `y`. */
  x: number[];
  y: number[];
  series: ({ name: string } & Contours)[];
  /** An analytic density, drawn as dashed black contours. */
  reference?: ({ label: string } & Contours) | undefined;
}

export interface Contours {
  /** Row-major, a row for each y: `density[j * x.length + i]` belongs to (`x[i]`, `y[j]`). */
  density: number[];
  /** The densities that contours are drawn at. */
  levels: number[];
}

export interface DensityPanel {
  title: string;
  xTitle: string;
  series: { name: string; histogram: Histogram; curve: Curve }[];
  /** An analytic density, drawn as a dashed black curve. */
  reference?: ({ label: string } & Curve) | undefined;
}

export interface Histogram {
  /** Increasing, one more than `density`. */
  edges: number[];
  density: number[];
}

export interface Curve {
  x: number[];
  density: number[];
}
