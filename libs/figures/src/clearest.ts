/** A point in a panel's pixels. */
export interface Pixel {
  x: number;
  y: number;
}

export interface Rectangle extends Pixel {
  width: number;
  height: number;
}

/** Points along straight lines through pixels, so close that no text fits between two. */
export function alongLine(pixels: Pixel[]): Pixel[] {
  return pixels.flatMap((to, i) => {
    if (i === 0) return [to];
    const from = pixels[i - 1];
    const steps = Math.ceil(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)) / 5);
    return Array.from({ length: steps }, (_, step) => {
      const share = (step + 1) / steps;
      return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
    });
  });
}

/** The place that the fewest points lie in, the first of equals. */
export function clearest<Place>(
  places: Place[],
  boxOf: (place: Place) => Rectangle,
  points: Pixel[],
): Place {
  const hits = places.map((place) => {
    const { x, y, width, height } = boxOf(place);
    return points.filter(
      (point) => point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height,
    ).length;
  });
  return places[hits.indexOf(Math.min(...hits))];
}
