/** The initial state x_0 of a scalar input z copied into every coordinate ([PF22], section 5). */
export function copiedInput(z: number, width: number): Float64Array {
  return new Float64Array(width).fill(z);
}
