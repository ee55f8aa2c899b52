import type { Words } from '../words.ts';
import { digitStrokes, polygon, type Point } from './strokes.ts';

/** The side of an image, in pixels. */
export const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CENTRE = (SIDE - 1) / 2;
const PIECES = 4;

/**
 * Draws a digit into `image` (28 x 28, grey, ink bright): one of its ways to be written, its points
 * jittered, turned, slanted, stretched and shifted, in strokes of random thickness and brightness,
 * with noise.
 *
 * Only sums, products, quotients and square roots are taken, which IEEE 754 rounds correctly: the
 * image is the same to the bit on every machine.
 */
export function drawDigit(digit: number, random: Words, image: Uint8Array): void {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  /** Bell-shaped on (-1, 1). */
  const bell = () => random.uniform() - random.uniform();

  const ways = digitStrokes[digit];
  const strokes = ways[random.below(ways.length)];
  const tilt = 0.2 * bell();
  const [cosine, sine] = rotation(tilt);
  const slant = 0.1 + 0.45 * bell();
  const width = between(9.5, 15.5) * (digit === 1 ? 0.8 : 1);
  const height = between(16, 20);
  const shiftX = 2.5 * bell();
  const shiftY = 2.5 * bell();
  const radius = between(0.6, 1.6);
  const ink = between(190, 255);
  const place = ([x, y]: Point): Point => {
    const v = (y - 0.5 + 0.07 * bell()) * height;
    const u = (x - 0.5 + 0.09 * bell()) * width - slant * v;
    return [CENTRE + shiftX + cosine * u - sine * v, CENTRE + shiftY + sine * u + cosine * v];
  };

  const distances = new Float64Array(PIXELS).fill(Infinity);
  const joints = new Map<string, Point>();
  for (const stroke of strokes) {
    const points = stroke.points.map((point) => {
      const placed = joints.get(point.join()) ?? place(point);
      joints.set(point.join(), placed);
      return placed;
    });
    const corners = polygon({ ...stroke, points }, PIECES);
    for (let i = 1; i < corners.length; i++) {
      lowerDistances(distances, corners[i - 1], corners[i], radius + 1);
    }
  }
  paint(image, distances, radius, ink, random);
}

/** The cosine and the sine of twice the angle whose tangent is t. */
function rotation(t: number): readonly [number, number] {
  return [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
}

/** Lowers the squared distances of pixels within `reach` of a line from a to b. */
function lowerDistances(
  distances: Float64Array,
  [ax, ay]: Point,
  [bx, by]: Point,
  reach: number,
): void {
  const dx = bx - ax;
  const dy = by - ay;
  const square = dx * dx + dy * dy;
  const left = Math.max(0, Math.ceil(Math.min(ax, bx) - reach));
  const right = Math.min(SIDE - 1, Math.floor(Math.max(ax, bx) + reach));
  const top = Math.max(0, Math.ceil(Math.min(ay, by) - reach));
  const bottom = Math.min(SIDE - 1, Math.floor(Math.max(ay, by) + reach));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = square > 0 ? ((x - ax) * dx + (y - ay) * dy) / square : 0;
      const t = Math.min(1, Math.max(0, along));
      const ex = x - ax - t * dx;
      const ey = y - ay - t * dy;
      const distance = ex * ex + ey * ey;
      if (distance < distances[y * SIDE + x]) distances[y * SIDE + x] = distance;
    }
  }
}

/** Ink up to `radius` from the strokes, fading over a pixel, and uniform noise of one byte a pixel. */
function paint(
  image: Uint8Array,
  distances: Float64Array,
  radius: number,
  ink: number,
  random: Words,
): void {
  let noise = 0;
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    noise = pixel % 4 === 0 ? random.word() : noise >>> 8;
    const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.sqrt(distances[pixel])));
    const grey = ink * cover + ((noise & 255) - 127.5) / 5;
    image[pixel] = Math.min(255, Math.max(0, Math.floor(grey + 0.5)));
  }
}
