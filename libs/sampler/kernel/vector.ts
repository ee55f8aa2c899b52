/** Small pieces that the passes over f32 vectors share. */

/** A constant out of a table in memory, in every lane. */
@inline
export function splat(table: usize, index: i32): v128 {
  return v128.load32_splat(table + (<usize>index << 2));
}

/** a b + c, rounded twice: WebAssembly has no fused form whose bits are the same everywhere. */
@inline
export function mulAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The first two of four f32, in f64. */
@inline
export function lower(a: v128): v128 {
  return f64x2.promote_low_f32x4(a);
}

/** The last two of four f32, in f64. */
@inline
export function upper(a: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(a, a, 2, 3, 2, 3));
}

/** Two and two f64, in f32. */
@inline
export function demote(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
}

/** The sum of two f64. */
@inline
export function sum(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

const LARGEST_SQUARE: f64 = <f64>f32.MAX_VALUE * <f64>f32.MAX_VALUE;

/** Whether states of squared norms up to `square`, and preactivations of such variances, fit in f32. */
export function isFinite32(square: f64, variance: f64): bool {
  return square <= LARGEST_SQUARE && variance <= LARGEST_SQUARE;
}
