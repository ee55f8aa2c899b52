/** A point of a stroke: x to the right, y down, the digit between (0, 0) and (1, 1). */
export type Point = readonly [x: number, y: number];

export interface Stroke {
  /** Drawn as a smooth curve through its points, or with straight lines from one to the next. */
  readonly curved: boolean;
  /** Whether it goes on from its last point to its first. */
  readonly closed: boolean;
  readonly points: readonly Point[];
}

const line = (...points: Point[]): Stroke => ({ curved: false, closed: false, points });
const curve = (...points: Point[]): Stroke => ({ curved: true, closed: false, points });
const loop = (...points: Point[]): Stroke => ({ curved: true, closed: true, points });

/** The ways in which each digit, 0 to 9, is written. */
export const digitStrokes: readonly (readonly (readonly Stroke[])[])[] = [
  [
    [
      loop(
        [0.5, 0],
        [0.82, 0.16],
        [0.94, 0.5],
        [0.82, 0.84],
        [0.5, 1],
        [0.18, 0.84],
        [0.06, 0.5],
        [0.18, 0.16],
      ),
    ],
  ],
  [
    [line([0.5, 0], [0.5, 1])],
    [line([0.28, 0.22], [0.54, 0], [0.54, 1])],
    [line([0.28, 0.22], [0.54, 0], [0.54, 1]), line([0.25, 1], [0.83, 1])],
  ],
  [
    [
      curve(
        [0.1, 0.27],
        [0.28, 0.05],
        [0.6, 0],
        [0.86, 0.22],
        [0.74, 0.52],
        [0.42, 0.78],
        [0.08, 1],
      ),
      line([0.08, 1], [0.92, 1]),
    ],
    [
      curve(
        [0.1, 0.22],
        [0.34, 0.02],
        [0.7, 0.06],
        [0.82, 0.34],
        [0.52, 0.72],
        [0.24, 0.96],
        [0.1, 0.84],
        [0.32, 0.76],
        [0.62, 0.94],
        [0.95, 0.94],
      ),
    ],
  ],
  [
    [
      curve([0.12, 0.12], [0.46, 0], [0.8, 0.16], [0.72, 0.38], [0.4, 0.48]),
      curve([0.4, 0.48], [0.78, 0.54], [0.88, 0.8], [0.54, 1], [0.1, 0.88]),
    ],
  ],
  [
    [line([0.6, 0], [0.08, 0.64], [0.95, 0.64]), line([0.68, 0.34], [0.66, 1])],
    [line([0.2, 0], [0.12, 0.5], [0.84, 0.5]), line([0.84, 0], [0.76, 1])],
  ],
  [
    [
      line([0.88, 0], [0.26, 0.02], [0.2, 0.44]),
      curve([0.2, 0.44], [0.52, 0.38], [0.86, 0.6], [0.76, 0.9], [0.42, 1], [0.08, 0.88]),
    ],
  ],
  [
    [
      curve(
        [0.74, 0],
        [0.38, 0.24],
        [0.14, 0.62],
        [0.24, 0.92],
        [0.54, 1],
        [0.85, 0.82],
        [0.76, 0.58],
        [0.46, 0.52],
        [0.18, 0.72],
      ),
    ],
  ],
  [
    [line([0.08, 0.04], [0.9, 0.02]), curve([0.9, 0.02], [0.62, 0.44], [0.42, 1])],
    [
      line([0.08, 0.04], [0.9, 0.02]),
      curve([0.9, 0.02], [0.62, 0.44], [0.42, 1]),
      line([0.3, 0.52], [0.82, 0.48]),
    ],
  ],
  [
    [
      loop(
        [0.5, 0.47],
        [0.18, 0.24],
        [0.5, 0],
        [0.82, 0.24],
        [0.5, 0.47],
        [0.12, 0.76],
        [0.5, 1],
        [0.88, 0.76],
      ),
    ],
  ],
  [
    [
      curve(
        [0.84, 0.24],
        [0.58, 0.48],
        [0.24, 0.44],
        [0.14, 0.2],
        [0.46, 0],
        [0.78, 0.08],
        [0.84, 0.24],
        [0.78, 0.62],
        [0.58, 1],
      ),
    ],
    [
      loop([0.84, 0.24], [0.58, 0.48], [0.24, 0.44], [0.14, 0.2], [0.46, 0], [0.78, 0.08]),
      line([0.84, 0.24], [0.8, 1]),
    ],
  ],
];

/**
 * The corners of a polygon that follows a stroke: a curve is a Catmull-Rom spline, cut into `pieces`
 * lines between two points.
 */
export function polygon({ curved, closed, points }: Stroke, pieces: number): Point[] {
  if (!curved) return [...points];
  const count = points.length;
  const at = (i: number) =>
    closed ? points[(i + count) % count] : points[Math.min(Math.max(i, 0), count - 1)];
  const spans = closed ? count : count - 1;
  const corners: Point[] = [at(0)];
  for (let span = 0; span < spans; span++) {
    const around = [at(span - 1), at(span), at(span + 1), at(span + 2)] as const;
    for (let piece = 1; piece <= pieces; piece++) {
      const t = piece / pieces;
      corners.push([spline(around, 0, t), spline(around, 1, t)]);
    }
  }
  return corners;
}

/** The uniform Catmull-Rom spline (Catmull & Rom, 1974) from the second to the third of four points. */
function spline(
  [a, b, c, d]: readonly [Point, Point, Point, Point],
  axis: 0 | 1,
  t: number,
): number {
  const slope = c[axis] - a[axis];
  const square = 2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis];
  const cube = 3 * (b[axis] - c[axis]) + d[axis] - a[axis];
  return b[axis] + 0.5 * t * (slope + t * (square + t * cube));
}
