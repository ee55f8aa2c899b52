/** A number as a WGSL literal of type f32, rounded to it; it must be finite in f32. */
export function f32(value: number): string {
  return `${Math.fround(value)}f`;
}

/** A whole number as a WGSL literal of type u32. */
export function u32(value: number): string {
  return `${value >>> 0}u`;
}
