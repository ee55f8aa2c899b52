/** What the kernels are told at every dispatch, and the buffers that they share. */
export const parameters = /* wgsl */ `
struct Parameters {
  key: vec2u,
  stream: u32,
  firstDraw: u32,
  firstLayer: u32,
  endLayer: u32,
  // Zero, which a compiler cannot know.
  guard: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> initial: array<f32>;
@group(0) @binding(2) var<storage, read_write> states: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<u32>;

// x, in a way that keeps compilers from reordering what follows with what makes x.
fn held(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) ^ parameters.guard);
}

// By its bits, held: WGSL lets a compiler assume that there is no infinity and no NaN, and compilers know
// tests of bits as well.
fn isFinite(x: f32) -> bool {
  return (bitcast<u32>(held(x)) & 0x7f800000u) != 0x7f800000u;
}
`;

/** The parameters of a dispatch. */
export interface DispatchParameters {
  readonly key: readonly [number, number];
  readonly stream: number;
  readonly firstDraw: number;
  readonly firstLayer: number;
  readonly endLayer: number;
}

/** Bytes of `Parameters`. */
export const PARAMETER_BYTES = 32;

export function parameterWords(at: DispatchParameters): Uint32Array<ArrayBuffer> {
  const { key, stream, firstDraw, firstLayer, endLayer } = at;
  return Uint32Array.of(key[0], key[1], stream, firstDraw, firstLayer, endLayer, 0, 0);
}
