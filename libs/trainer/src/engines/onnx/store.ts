import type { OnnxDevice } from './device.ts';
import type { Lacks } from './graph.ts';
import type { ModelOptions, Runtime, Tensor } from './runtime.ts';

/** A tensor of f32 that lasts from run to run, where its store keeps it. */
export interface Variable {
  readonly shape: readonly number[];
  /** Of what is in it now. */
  tensor: Tensor;
}

export type VariablesByName = Readonly<Record<string, Variable>>;

/** A graph that is ready to run. */
export interface Program {
  /**
   * @param results takes all outputs: those that stay on the device into variables, which may be
   *   fed to the same run, and others into tensors of JavaScript.
   */
  run(
    feeds: Readonly<Record<string, Tensor | Variable>>,
    results: Readonly<Record<string, Tensor | Variable>>,
  ): Promise<void>;
}

/**
 * Where the tensors of a training are: in JavaScript's memory or on a device. What takes a device
 * throws a `DeviceError` if that gives up.
 */
export interface Store {
  readonly runtime: Runtime;
  readonly device: OnnxDevice;
  /** What graphs must do without. */
  readonly lacks: Lacks;
  /** @throws {EngineUnavailableError} if the device is missing, or what it needs. */
  open(model: Uint8Array, options?: ModelOptions): Promise<Program>;
  /** A variable of numbers, which may be used where they are. Shapes are those of matrices. */
  variable(numbers: Float32Array, shape: readonly number[]): Promise<Variable>;
  /** A variable of zeros. */
  zeros(shape: readonly number[]): Promise<Variable>;
  write(variable: Variable, numbers: Float32Array): Promise<void>;
  fillWithZeros(variable: Variable): Promise<void>;
  /** A copy of its numbers. */
  read(variable: Variable): Promise<Float32Array>;
  /** Gives back what variables hold, which are not used afterwards. */
  free(variables: Iterable<Variable>): void;
  /** Gives back all variables and programs. */
  close(): Promise<void>;
}

export function isVariable(given: Tensor | Variable): given is Variable {
  return 'tensor' in given;
}

/** The tensors of what is fed to a run. */
export function tensorsOf(
  given: Readonly<Record<string, Tensor | Variable>>,
): Record<string, Tensor> {
  const entries = Object.entries(given);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, isVariable(value) ? value.tensor : value]),
  );
}

/** The numbers of a tensor of f32 in JavaScript's memory, where they are. */
export function numbersOf(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array;
}
