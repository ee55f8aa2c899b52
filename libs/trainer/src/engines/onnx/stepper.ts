import type { TrainingJob } from '../../engine.ts';
import type { ExecutionProviders, Runtime, Tensor } from './runtime.ts';
import type { StateTensors } from './state-tensors.ts';

/** Takes steps of a training, which change its state where it is. */
export interface Stepper {
  /**
   * @param order whole batches of rows of the training set, one a step.
   * @param taken steps taken before these.
   * @returns the loss of each step, summed over what it is the average of.
   */
  run(order: Int32Array, rate: number, taken: number): Promise<Float64Array>;
  close(): Promise<void>;
}

export interface StepperInputs {
  readonly runtime: Runtime;
  readonly executionProviders: ExecutionProviders;
  readonly job: TrainingJob;
  readonly state: StateTensors;
  readonly set: Readonly<Record<'images' | 'targets' | 'offsets', Tensor>>;
}

export function scalar({ Tensor }: Runtime, number: number): Tensor {
  return new Tensor('float32', Float32Array.of(number), []);
}

/** rows x 1, of ones. */
export function ones({ Tensor }: Runtime, rows: number): Tensor {
  return new Tensor('float32', new Float32Array(rows).fill(1), [rows, 1]);
}
