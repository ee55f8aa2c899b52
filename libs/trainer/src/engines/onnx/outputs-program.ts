import type { Model } from '../../model.ts';
import { parameterTensors } from '../../parameters.ts';
import { forward } from './forward.ts';
import { Graph } from './graph.ts';
import { scalesOf, tensorInputs } from './program-parts.ts';

/**
 * The outputs of the network: from `images` (rows x inputs) and the tensors, `outputs`
 * (rows x outputs).
 */
export function outputsProgram({ network, trains }: Model): Uint8Array {
  const g = new Graph();
  const tensors = parameterTensors({ network, trains });
  const images = g.input('images', ['rows', network.inputs]);
  const { outputs } = forward(g, network, scalesOf(tensors), tensorInputs(g, tensors), images);
  g.output('outputs', outputs, ['rows', network.outputs]);
  return g.encode();
}
