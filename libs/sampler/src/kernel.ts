import type { Activation } from '@resdiff/networks';

/** Where the build puts the compiled kernel; reading it is the caller's business. */
export const kernelUrl = new URL('../dist/kernel.wasm', import.meta.url);

/** What libs/sampler/kernel/index.ts exports. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly LINEAR: WebAssembly.Global<'i32'>;
  readonly RELU: WebAssembly.Global<'i32'>;
  readonly TANH: WebAssembly.Global<'i32'>;
  readonly SWISH: WebAssembly.Global<'i32'>;
  readonly SIGMOID_CENTRED: WebAssembly.Global<'i32'>;
  readonly ERF: WebAssembly.Global<'i32'>;
  readonly SIN: WebAssembly.Global<'i32'>;
  readonly GELU: WebAssembly.Global<'i32'>;
  readonly SOFTPLUS_SHIFTED: WebAssembly.Global<'i32'>;
  readonly HOST: WebAssembly.Global<'i32'>;
  readonly HOST_FEATURES: WebAssembly.Global<'i32'>;
  activate(kind: number, at: number, end: number, bound: number): void;
  activateScanned(kind: number, at: number, end: number): void;
  boxMuller(at: number, groups: number): void;
  configure(
    width: number,
    depth: number,
    varianceW: number,
    varianceB: number,
    kind: number,
    slope: number,
    curvature: number,
  ): void;
  configureFeatures(psi: number, feedforward: boolean): void;
  differentiate(kind: number, at: number, end: number, phi: number, bound: number): void;
  manyAdvance(layers: number): number;
  manyDraw(draw: number, stream: number): number;
  manyInitial(): number;
  manyReserve(inputs: number, tolerance: number, scanned: boolean): number;
  manyStart(draw: number, stream: number): void;
  manyStates(): number;
  normals(out: number, groups: number): void;
  ntkBiases(): number;
  ntkDraw(draw: number, stream: number): number;
  ntkGradientGram(): number;
  ntkInitial(): number;
  ntkReserve(inputs: number, tolerance: number): number;
  ntkStart(): number;
  ntkStates(): number;
  ntkWeights(): number;
  pairDraw(draw: number, stream: number): number;
  pairInitial(): number;
  pairReserve(): number;
  pairStates(): number;
  patchesReserve(images: number, rows: number, columns: number, kernel: number): void;
  pivotedCholesky(
    a: number,
    residual: number,
    factor: number,
    n: number,
    tolerance: number,
  ): number;
  reserve(bytes: number): number;
  reserveGroups(groups: number): void;
  setSeed(low: number, high: number): void;
  startDraw(draw: number, stream: number): void;
  startLayer(layer: number): void;
  words(out: number, groups: number): void;
}

/** An instance of the kernel, with memory of its own. */
export interface Kernel {
  readonly exports: KernelExports;
  floats(at: number, count: number): Float32Array;
  doubles(at: number, count: number): Float64Array;
}

/**
 * @param activation applied in f64 where the kernel has no version of its own.
 * @param psi the same for that of the states.
 */
export function instantiateKernel(
  module: WebAssembly.Module,
  activation?: Activation,
  psi?: Activation,
): Kernel {
  const floats = (at: number, count: number) =>
    new Float32Array(exports.memory.buffer, at >>> 0, count);
  const doubles = (at: number, count: number) =>
    new Float64Array(exports.memory.buffer, at >>> 0, count);
  const apply = (function_?: (x: number) => number) => (at: number, count: number) => {
    if (!function_) throw new Error('the kernel was instantiated without an activation');
    const values = floats(at, count);
    for (let i = 0; i < count; i++) values[i] = function_(values[i]);
  };
  const host = {
    activate: apply(activation?.phi),
    differentiate: apply(activation?.dphi),
    featurise: apply(psi?.phi),
  };
  const instance = new WebAssembly.Instance(module, { host });
  const exports = instance.exports as unknown as KernelExports;
  return { exports, floats, doubles };
}

/** The activations of which the kernel has a SIMD version, and its number for each. */
const simd = {
  relu: 'RELU',
  tanh: 'TANH',
  swish: 'SWISH',
  'sigmoid-centred': 'SIGMOID_CENTRED',
  erf: 'ERF',
  sin: 'SIN',
  gelu: 'GELU',
  'softplus-shifted': 'SOFTPLUS_SHIFTED',
} as const;

/** The kernel's number for an activation; HOST where it has to ask. */
export function activationKind({ exports }: Kernel, { name }: Activation): number {
  return exports[hasOwnVersion(name) ? simd[name] : 'HOST'].value;
}

/** Whether the kernel applies this activation itself, four numbers at a time. */
export function isSimd({ name }: Activation): boolean {
  return name === 'identity' || hasOwnVersion(name);
}

function hasOwnVersion(name: string): name is keyof typeof simd {
  return Object.hasOwn(simd, name);
}
