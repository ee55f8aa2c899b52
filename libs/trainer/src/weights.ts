import type { Model, Parameters } from './model.ts';
import { parameterTensors } from './parameters.ts';
import { encodeSafetensors } from './safetensors.ts';

/**
 * The bytes of a safetensors file of a network's parameters, for analysis: each tensor in its shape
 * and in units of its scale, N(0, 1) before training. The metadata `scales` is a JSON object of the
 * scales; the network applies scale x tensor.
 *
 * @param metadata more texts about them.
 */
export function encodeParameters(
  model: Pick<Model, 'network' | 'trains'>,
  parameters: Parameters,
  metadata: Readonly<Record<string, string>> = {},
): Iterable<Uint8Array> {
  const tensors = parameterTensors(model);
  const scales = Object.fromEntries(tensors.map(({ name, scale }) => [name, scale]));
  return encodeSafetensors({
    metadata: { scales: JSON.stringify(scales), ...metadata },
    tensors: Object.fromEntries(
      tensors.map(({ name, shape }) => [name, { shape, data: parameters[name] }]),
    ),
  });
}
