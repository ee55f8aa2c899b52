/**
 * Philox4x32-10 (Salmon et al., SC 2011) on four counters at a time, bit for bit the generator of
 * libs/random. The counter is (block, layer, draw, stream), the key is the seed.
 *
 * All layers of a draw share the block numbers, so what rounds 1 to 3 make of (block, draw, stream)
 * is computed once a draw and kept in a table; a layer adds two words to it. That leaves seven and a
 * half of the ten rounds to the inner loop.
 */
import { reserve } from './memory';

const M0: u32 = 0xd2511f53;
const M1: u32 = 0xcd9e8d57;
const W0: u32 = 0x9e3779b9;
const W1: u32 = 0xbb67ae85;
const ROUNDS = 10;

/** Bytes that the table holds for a group of four blocks. */
const GROUP_BYTES: usize = 64;

/** Round keys, (k0, k1) for each of the ten rounds. */
const keys = memory.data(8 * ROUNDS);
let table: usize = 0;
let tableGroups: i32 = 0;
let drawWord: u32 = 0;
let layerWord2: u32 = 0;
let layerWord3: u32 = 0;
let layerKey0: u32 = 0;

@inline
function roundKey(round: i32, word: i32): u32 {
  return load<u32>(keys + (<usize>(2 * round + word) << 2));
}

@inline
function keySplat(round: i32, word: i32): v128 {
  return v128.load32_splat(keys + (<usize>(2 * round + word) << 2));
}

@inline
function high(a: u32, b: u32): u32 {
  return <u32>(((<u64>a) * (<u64>b)) >> 32);
}

/** The low words of four 64-bit products, given as two and two. */
@inline
export function lows(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(first, second, 0, 2, 4, 6);
}

/** The high words of four 64-bit products, given as two and two. */
@inline
export function highs(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(first, second, 1, 3, 5, 7);
}

export function setSeed(low: u32, high: u32): void {
  for (let round = 0; round < ROUNDS; round++) {
    store<u32>(keys + (<usize>round << 3), low);
    store<u32>(keys + (<usize>round << 3), high, 4);
    low += W0;
    high += W1;
  }
}

/** Reserves the table for draws of up to `groups` groups of 16 normals a layer. */
export function reserveGroups(groups: i32): void {
  tableGroups = groups;
  table = reserve(<usize>groups * GROUP_BYTES);
}

/** Rounds 1 to 3 of every block of a draw, without the layer. */
export function startDraw(draw: u32, stream: u32): void {
  const m0 = i32x4.splat(M0), m1 = i32x4.splat(M1);
  const product = <u64>M1 * <u64>draw;
  drawWord = <u32>(product >> 32);
  const c1 = i32x4.splat(<i32>(<u32>product ^ roundKey(1, 0)));
  const tail = i32x4.splat(<i32>(stream ^ roundKey(0, 1)));
  const key20 = keySplat(2, 0);
  let block = i32x4(0, 1, 2, 3);
  const step = i32x4.splat(4);
  const end = table + <usize>tableGroups * GROUP_BYTES;
  for (let row = table; row < end; row += GROUP_BYTES) {
    const a = i64x2.extmul_low_i32x4_u(block, m0), b = i64x2.extmul_high_i32x4_u(block, m0);
    const c2 = v128.xor(highs(a, b), tail);
    const c = i64x2.extmul_low_i32x4_u(c2, m1), d = i64x2.extmul_high_i32x4_u(c2, m1);
    const c0 = v128.xor(highs(c, d), c1);
    const e = i64x2.extmul_low_i32x4_u(c0, m0), f = i64x2.extmul_high_i32x4_u(c0, m0);
    v128.store(row, lows(a, b), 0);
    v128.store(row, v128.xor(lows(c, d), key20), 16);
    v128.store(row, highs(e, f), 32);
    v128.store(row, lows(e, f), 48);
    block = i32x4.add(block, step);
  }
}

/** What the layer adds to rounds 2 and 3. */
export function startLayer(layer: u32): void {
  const c0 = drawWord ^ layer ^ roundKey(0, 0);
  const product = <u64>M0 * <u64>c0;
  layerWord2 = <u32>(product >> 32) ^ roundKey(1, 1);
  layerWord3 = <u32>product ^ roundKey(2, 1);
}

/**
 * Writes the words of the layer's blocks: a group of four blocks takes 64 bytes, word w of the four
 * blocks at 16 w. Two groups go side by side, to keep the multipliers busy; `groups` is even.
 */
export function words(out: usize, groups: i32): void {
  const m0 = i32x4.splat(M0), m1 = i32x4.splat(M1);
  const word2 = i32x4.splat(<i32>layerWord2), word3 = i32x4.splat(<i32>layerWord3);
  const end = out + <usize>groups * GROUP_BYTES;
  for (let row = table; out < end; row += 2 * GROUP_BYTES, out += 2 * GROUP_BYTES) {
    let p2 = v128.xor(v128.load(row), word2);
    let q2 = v128.xor(v128.load(row, 64), word2);
    let a = i64x2.extmul_low_i32x4_u(p2, m1), b = i64x2.extmul_high_i32x4_u(p2, m1);
    let c = i64x2.extmul_low_i32x4_u(q2, m1), d = i64x2.extmul_high_i32x4_u(q2, m1);
    let p0 = v128.xor(highs(a, b), v128.load(row, 16));
    let q0 = v128.xor(highs(c, d), v128.load(row, 80));
    let p1 = lows(a, b), q1 = lows(c, d);
    p2 = v128.xor(v128.load(row, 32), word3);
    q2 = v128.xor(v128.load(row, 96), word3);
    let p3 = v128.load(row, 48), q3 = v128.load(row, 112);
    for (let round = 3; round < ROUNDS; round++) {
      const key0 = keySplat(round, 0), key1 = keySplat(round, 1);
      a = i64x2.extmul_low_i32x4_u(p0, m0), b = i64x2.extmul_high_i32x4_u(p0, m0);
      c = i64x2.extmul_low_i32x4_u(p2, m1), d = i64x2.extmul_high_i32x4_u(p2, m1);
      p0 = v128.xor(v128.xor(highs(c, d), p1), key0);
      p1 = lows(c, d);
      p2 = v128.xor(v128.xor(highs(a, b), p3), key1);
      p3 = lows(a, b);
      a = i64x2.extmul_low_i32x4_u(q0, m0), b = i64x2.extmul_high_i32x4_u(q0, m0);
      c = i64x2.extmul_low_i32x4_u(q2, m1), d = i64x2.extmul_high_i32x4_u(q2, m1);
      q0 = v128.xor(v128.xor(highs(c, d), q1), key0);
      q1 = lows(c, d);
      q2 = v128.xor(v128.xor(highs(a, b), q3), key1);
      q3 = lows(a, b);
    }
    v128.store(out, p0);
    v128.store(out, p1, 16);
    v128.store(out, p2, 32);
    v128.store(out, p3, 48);
    v128.store(out, q0, 64);
    v128.store(out, q1, 80);
    v128.store(out, q2, 96);
    v128.store(out, q3, 112);
  }
}
