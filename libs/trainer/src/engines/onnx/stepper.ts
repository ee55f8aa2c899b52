import type { TrainingJob } from '../../engine.ts';
import type { Runtime, Tensor } from './runtime.ts';
import type { StateVariables } from './state.ts';
import type { Store, Variable } from './store.ts';

/** Takes steps of a training, which change its state where it is. */
export interface Stepper {
  /**
   * @param order whole batches of rows of the training set, one a step.
   * @param taken steps taken before these.
   * @returns the loss of each step, summed over what it is the average of.
   */
  run(order: Int32Array, rate: number, taken: number): Promise<Float64Array>;
}

export interface StepperInputs {
  readonly store: Store;
  readonly job: TrainingJob;
  readonly state: StateVariables;
  readonly set: Readonly<Record<'images' | 'targets' | 'offsets', Variable>>;
}

export function scalar({ Tensor }: Runtime, number: number): Tensor {
  return new Tensor('float32', Float32Array.of(number), []);
}

/** Scalars by name. */
export function scalars(
  runtime: Runtime,
  numbers: Readonly<Record<string, number>>,
): Record<string, Tensor> {
  const entries = Object.entries(numbers);
  return Object.fromEntries(entries.map(([name, number]) => [name, scalar(runtime, number)]));
}
