/** A whole number as a WGSL literal of type u32. */
export function u32(value: number): string {
  return `${value >>> 0}u`;
}
