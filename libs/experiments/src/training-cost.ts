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

/** Bytes of a training: parameters, gradients and copies, states of a part of a batch, and images. */
export function trainingBytes(
  size: CompletedSize,
  { images, adam }: { readonly images: number; readonly adam: boolean },
): number {
  const states = 3 * size.depth * size.width * PART;
  return 4 * ((adam ? 8 : 4) * parameterCount(size) + states + images * size.inputs);
}
