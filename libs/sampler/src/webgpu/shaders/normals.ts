/**
 * The normals of libs/random from the words of a block: words (0, 1) and (2, 3) are the (u, v) of a
 * Box-Muller pair.
 *
 * Logarithm, sine and cosine are polynomials of its own, since WGSL promises little of a driver's:
 * log m = 2 s + 2 s^3 (...) with s = (m - 1) / (m + 1), |s| <= 0.1716, relative error 8e-10;
 * sin t = t (...), error 3e-9, and cos t, error 5e-8, for |t| <= pi / 2. None of them depends on
 * the order in which a compiler adds or on whether it fuses.
 */
export const normals = /* wgsl */ `
// sqrt(-2 log((floor(u / 2) + 1/2) / 2^31))
fn boxMullerRadius(word: u32) -> f32 {
  let u = f32(word >> 1u) * 4.656612873077393e-10f + 2.3283064365386963e-10f;
  let bits = bitcast<i32>(u) - 0x3f3504f3;
  let octave = f32(bits >> 23u);
  let m = bitcast<f32>((bits & 0x007fffff) + 0x3f3504f3);
  let s = (m - 1f) / (m + 1f);
  let s2 = s * s;
  let log = s2 * s * (s2 * (s2 * 0.14935863841f + 0.199887707894f) + 0.333333881908f) + s;
  return sqrt(max(0f, octave * -1.3862943611198906f + log * -4f));
}

fn boxMuller(u: u32, v: u32) -> vec2f {
  let r = boxMullerRadius(u);
  let side = select(r, -r, (v & 0x80000000u) != 0u);
  let t = f32(bitcast<i32>(v << 1u)) * 7.314590396335049e-10f;
  let t2 = t * t;
  let sine = t2 * (t2 * (t2 * (t2 * 2.59048852649e-6f - 0.00019800897778f) + 0.00833289982366f)
    - 0.166666476347f) + 0.99999997659f;
  let cosine = t2 * (t2 * (t2 * (t2 * 2.31539520674e-5f - 0.00138537054403f) + 0.0416635849024f)
    - 0.499999053614f) + 0.999999953493f;
  return vec2f(side * cosine, side * t * sine);
}

// Normals number 16 g + l, 16 g + 4 + l, 16 g + 8 + l and 16 g + 12 + l of a layer from its block
// 4 g + l.
fn blockNormals(block: u32, layer: u32, draw: u32) -> vec4f {
  let words = philox(vec4u(block, layer, draw, parameters.stream), parameters.key);
  return vec4f(boxMuller(words.x, words.y), boxMuller(words.z, words.w));
}
`;
