import { partRows } from '@resdiff/trainer';
import type { CompletedSize } from './completed.ts';

/** Images as MNIST has them: only estimates depend on it. */
export const ASSUMED = { inputs: 784, outputs: 10 };

/** Multiplications and additions a second of ONNX Runtime on one core of a server of about 2023. */
const OPERATIONS_A_SECOND = 8e10;
/** Seconds that a layer takes besides, whatever its width, for a part of a batch. */
const LAYER_SECONDS = 5e-6;
/** Images of a part of a batch. */
const PART = 200;

/** Operations of the network's outputs for one image. */
function operations({ width, depth, inputs, outputs }: CompletedSize): number {
  return 2 * (depth * width * width + inputs * width + width * outputs);
}

/** Estimated CPU seconds of the network's outputs for so many images. */
export function outputSeconds(size: CompletedSize, images: number): number {
  return (
    (images * operations(size)) / OPERATIONS_A_SECOND +
    Math.ceil(images / PART) * size.depth * LAYER_SECONDS
  );
}

/** Estimated CPU seconds of training on so many images once: gradients cost two passes more. */
export function trainingSeconds(size: CompletedSize, images: number): number {
  return 3 * outputSeconds(size, images);
}

/** Numbers of which a network consists. */
export function parameterCount({ width, depth, inputs, outputs }: CompletedSize): number {
  return width * inputs + depth * (width * width + width) + outputs * width;
}

/** Bytes of the engine's library and of the data set that a worker has loaded. */
const ENGINE_BYTES = 150e6;

/**
 * Bytes of a training: parameters, gradients and copies, the states of a part of a batch, and the
 * images, of which a search has a part once more.
 *
 * @param batch images of a step, at most.
 */
export function trainingBytes(
  size: CompletedSize,
  {
    images,
    batch,
    adam,
  }: { readonly images: number; readonly batch: number; readonly adam: boolean },
): number {
  const states = 4 * size.depth * size.width * Math.min(batch, partRows(size));
  return (
    ENGINE_BYTES + 4 * ((adam ? 8 : 4) * parameterCount(size) + states + 2 * images * size.inputs)
  );
}

/** How many times as long an engine takes as ONNX Runtime on one core. */
export function engineSlowdown({ engine }: { readonly engine: string }): number {
  return engine === 'tfjs-cpu' ? 100 : 1;
}
