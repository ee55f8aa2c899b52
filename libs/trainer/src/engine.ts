import type { Model, Parameters } from './model.ts';
import type { Optimizer } from './optimizer.ts';

/** Images and what the network should say of them. */
export interface TrainingSet {
  readonly count: number;
  /** count x inputs, row-major. */
  readonly images: Float32Array;
  /** count x outputs, row-major: one-hot for `cross-entropy`, any numbers for `mse`. */
  readonly targets: Float32Array;
}

/** What a training is at between two steps: equal states go on to equal bits. */
export interface TrainingState {
  /** Steps taken so far. */
  readonly step: number;
  readonly parameters: Parameters;
  /** Adam's running averages of the gradient and of its square, of the tensors that are trained. */
  readonly moments?: { readonly first: Parameters; readonly second: Parameters };
}

export interface TrainingJob {
  readonly model: Model;
  readonly optimizer: Optimizer;
  /** Images of a step. Many are taken in parts whose gradients are added up, so that memory stays flat. */
  readonly batch: number;
  readonly data: TrainingSet;
}

/** A model on an engine, with its data. Calls must not overlap. */
export interface TrainingSession {
  /**
   * Puts the session into `state`.
   *
   * @param offsets count x outputs: subtracted from the network's outputs on the training set
   *   before the loss, as the initial function is for `centred` training; zeros if left out.
   */
  load(state: TrainingState, offsets?: Float32Array): Promise<void>;
  /** A copy of the present state. */
  state(): Promise<TrainingState>;
  /**
   * Takes `order.length / batch` steps, step k on the rows order[k * batch ...] of the training set.
   *
   * @returns the loss of each step before its update; not finite once training has diverged.
   * @throws {RangeError} if the order is not a multiple of the batch.
   */
  run(order: Int32Array, rate: number): Promise<Float64Array>;
  /**
   * The outputs of the network, without offsets: count x outputs.
   *
   * @param images count x inputs, of any count.
   */
  outputs(images: Float32Array): Promise<Float32Array>;
  /** Frees what the session holds outside of JavaScript. */
  close(): Promise<void>;
}

/** Something that trains: a numerical library behind one interface. */
export interface Engine {
  readonly name: string;
  /** Of the numerical library and its backend, for provenance: `onnxruntime 1.27.0 cpu`. */
  readonly version: string;
  /** Where it computes, as manifests name devices: `cpu`, `webgpu:0`, `cuda:1`. */
  readonly device: string;
  open(job: TrainingJob): Promise<TrainingSession>;
}
