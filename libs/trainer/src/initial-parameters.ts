import { normals, streams, type Key } from '@resdiff/random';
import type { Model, Parameters } from './model.ts';
import { parameterTensors } from './parameters.ts';

/** Which random numbers: those of a run's seed and of a repetition in it. */
export interface Repetition {
  /** The Philox key of the run's seed. */
  readonly key: Key;
  /** In [0, 2^32). */
  readonly repetition: number;
}

/**
 * The parameters of a network before training: N(0, 1), rounded to f32. A tensor's numbers are
 * those of the stream `parameters` at draw = repetition, layer = its index in `parameterTensors`,
 * so they do not depend on which layers are trained.
 */
export function initialParameters(
  model: Pick<Model, 'network' | 'trains'>,
  { key, repetition }: Repetition,
): Parameters {
  return Object.fromEntries(
    parameterTensors(model).map(({ name, shape }, layer) => [
      name,
      new Float32Array(
        normals(
          { key, stream: streams.parameters, draw: repetition, layer },
          shape.reduce((size, extent) => size * extent, 1),
        ),
      ),
    ]),
  );
}
