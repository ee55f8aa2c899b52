/** Uniform numbers in (0, 1), the same for a seed. */
export function uniforms(seed: number): () => number {
  let state = seed;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < 10; i++) next();
  return next;
}

export function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

export const column = (count: number, next: (i: number) => number) =>
  Float64Array.from({ length: count }, (_, i) => next(i));

/** The largest deviation, relative to the largest value. */
export function deviation(values: ArrayLike<number>, exact: ArrayLike<number>): number {
  let [difference, magnitude] = [0, 0];
  for (let i = 0; i < exact.length; i++) {
    difference = Math.max(difference, Math.abs(values[i] - exact[i]));
    magnitude = Math.max(magnitude, Math.abs(exact[i]));
  }
  return values.length === exact.length ? difference / magnitude : NaN;
}

/**
 * Bytes like those of digits: of `columns` pixels a tenth are always 0, one is always 255, two are
 * equal, and about a fifth of the others are lit.
 */
export function images(seed: number, count: number, columns: number): Uint8Array {
  const uniform = uniforms(seed);
  const pixels = new Uint8Array(count * columns);
  for (let i = 0; i < count; i++) {
    const row = i * columns;
    for (let j = 0; j < columns; j++) {
      const lit = uniform() < 0.2 ? 1 + Math.floor(255 * uniform()) : 0;
      pixels[row + j] = j < columns / 10 ? 0 : lit;
    }
    pixels[row + columns - 1] = 255;
    pixels[row + columns - 2] = pixels[row + columns - 3];
  }
  return pixels;
}

export function oneHot(seed: number, count: number, classes: number): Uint8Array {
  const uniform = uniforms(seed);
  const targets = new Uint8Array(count * classes);
  for (let i = 0; i < count; i++) targets[i * classes + Math.floor(classes * uniform())] = 1;
  return targets;
}
