/**
 * Elementary functions in f32 that use no driver's. Minimax fits:
 * expm1 f = f + f^2 (...) for |f| <= log(2) / 2, relative error 2e-8;
 * sin f = f (...) for |f| <= pi / 2, error 3e-9;
 * erf y = y (...) for y <= 1, relative error 4e-8, and 1 - exp(-y^2) (...) in 1 / (1 + y / 2) for
 * 1 <= y <= 4, error 4e-11; log(1 + e) = 2 s + 2 s^3 (...) with s = e / (2 + e) <= 1/3, error 5e-9.
 *
 * Arguments are reduced in steps whose products are exact, so fusing does no harm; `held` keeps the
 * steps apart.
 */
export const elementary = /* wgsl */ `
// exp(x) - 1 for |x| <= 80.
fn expm1(x: f32) -> f32 {
  let n = round(x * 1.4426950408889634f);
  let f = held(x - n * 0.693359375f) - n * -2.1219444005469058e-4f;
  let p = f * (f * (f * (f * 0.00138825227476f + 0.00836651394254f) + 0.0416671996464f)
    + 0.166665436701f) + 0.499999981552f;
  let power = bitcast<f32>((i32(n) + 127) << 23u);
  return power * held(f * f * p + f) + (power - 1f);
}

// (-1)^n sin f, |f| <= pi / 2.
fn sineOfRest(rest: f32, n: i32) -> f32 {
  let f = clamp(select(rest, -rest, (n & 1) == 1), -1.5707963267948966f, 1.5707963267948966f);
  let s = f * f;
  return f * (s * (s * (s * (s * 2.59048852649e-6f - 0.00019800897778f) + 0.00833289982366f)
    - 0.166666476347f) + 0.99999997659f);
}

// The bits of 1 / pi, behind the 32 zeros before the point.
const INVERSE_PI = array<u32, 8>(
  0u, 0x517cc1b7u, 0x27220a94u, 0xfe13abe8u, 0xfa9a6ee0u, 0x6db14accu, 0x9e21c820u, 0xff28b1d5u,
);

// 32 bits of 1 / pi, of which the first stands for 2^(31 - bit).
fn inversePi(bit: u32) -> u32 {
  var words = INVERSE_PI;
  let word = bit >> 5u;
  let shift = bit & 31u;
  return (words[word] << shift) | ((words[word + 1u] >> 1u) >> (31u - shift));
}

// sin(|x| + shift pi / 2^31) for finite |x| >= 2^-8: x = m 2^e, with m whole, is m 2^e / pi half turns,
// which whole numbers tell modulo 2 (Payne & Hanek, 1983).
fn sineOfLarge(x: f32, shift: u32) -> f32 {
  let bits = bitcast<u32>(x);
  let m = (bits & 0x007fffffu) | 0x00800000u;
  // 2^e / pi modulo 2 in units of 2^-31, then of 2^-63, then of 2^-95.
  let first = ((bits >> 23u) & 0xffu) - 119u;
  let middle = m * inversePi(first + 32u);
  let low = middle + multiplyHigh(m, inversePi(first + 64u));
  let carry = select(0u, 1u, low < middle);
  let turns = m * inversePi(first) + multiplyHigh(m, inversePi(first + 32u)) + carry + shift;
  let n = (turns + 0x40000000u) >> 31u;
  let near = f32(bitcast<i32>(turns - (n << 31u))) * 4.656612873077393e-10f;
  let rest = near + f32(low >> 8u) * 2.7755575615628914e-17f;
  return sineOfRest(rest * 3.141592653589793f, bitcast<i32>(n));
}

fn sine(x: f32) -> f32 {
  if (abs(x) >= 8192f) {
    return sign(x) * sineOfLarge(x, 0u);
  }
  let n = round(x * 0.3183098861837907f);
  let rest = held(held(x - n * 3.140625f) - n * 9.67502593994140625e-4f);
  return sineOfRest(rest - n * 1.509957990978376e-7f, i32(n));
}

fn cosine(x: f32) -> f32 {
  if (abs(x) >= 4f) {
    return sineOfLarge(x, 0x40000000u);
  }
  return sine(1.5707963267948966f - abs(x));
}

// exp(-y), y >= 0.
fn decay(y: f32) -> f32 {
  return expm1(-min(y, 80f)) + 1f;
}

fn errorFunction(x: f32) -> f32 {
  let y = min(abs(x), 4f);
  let s = y * y;
  let near = y * (s * (s * (s * (s * (s * -0.000563143096904f + 0.00491755385745f) - 0.0267113137716f)
    + 0.112801802212f) - 0.376123262065f) + 1.1283791225f);
  let t = 1f / (y * 0.5f + 1f);
  let tail = decay(s) * (t * (t * (t * (t * (t * -0.23080160649f + 0.636679834878f)
    - 0.0644604047956f) + 0.39680194386f) + 0.259700651316f) + 0.00182247741256f);
  let size = select(1f - tail, near, y < 1f);
  return select(size, -size, x < 0f);
}

// log(1 + e) for 0 <= e <= 1, to the precision of f32 relative to log 2.
fn log1p(e: f32) -> f32 {
  let s = e / (e + 2f);
  let q = s * s;
  let p = q * (q * (q * 0.140122291833f + 0.139995705966f) + 0.20010849525f) + 0.333332065665f;
  return 2f * (q * s * p + s);
}

fn sigmoid(h: f32) -> f32 {
  return 1f / (expm1(-clamp(h, -80f, 80f)) + 2f);
}
`;
