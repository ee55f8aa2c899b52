import { dt } from '@resdiff/networks';
import type { Model, ParameterTensor } from './model.ts';

/**
 * The parameter tensors of a completed network, in the order in which the network applies them:
 * A (width x inputs, scale sigmaZ), of each layer W (width x width, scale sigmaW (dt / D)^0.5) and
 * b (width, scale sigmaB dt^0.5), and G (outputs x width, scale sigmaY D^-0.5).
 */
export function parameterTensors({
  network,
  trains,
}: Pick<Model, 'network' | 'trains'>): ParameterTensor[] {
  const { width, depth, inputs, outputs, sigmaZ, sigmaY, sigmaW, sigmaB } = network;
  const step = dt(network);
  const layers = Array.from({ length: depth }, (_, layer): ParameterTensor[] => [
    {
      name: `W.${layer}`,
      shape: [width, width],
      scale: sigmaW * Math.sqrt(step / width),
      trained: true,
    },
    { name: `b.${layer}`, shape: [width], scale: sigmaB * Math.sqrt(step), trained: true },
  ]);
  return [
    { name: 'A', shape: [width, inputs], scale: sigmaZ, trained: trains.input },
    ...layers.flat(),
    {
      name: 'G',
      shape: [outputs, width],
      scale: sigmaY / Math.sqrt(width),
      trained: trains.output,
    },
  ];
}
