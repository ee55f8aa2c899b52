import type { TrainingJob } from '../../engine.ts';
import { parameterTensors } from '../../parameters.ts';
import { Graph, type Lacks } from './graph.ts';
import {
  lossAndGradients,
  matrixShape,
  named,
  tensorInputs,
  trainingSetInputs,
} from './program-parts.ts';

/**
 * Gradients of a part of a batch, added to those of the parts before. From the training set, `rows`,
 * `slopeFactor`, `ones` (rows x 1), the tensors, and the sums `gradient.<tensor>` so far: the sums
 * with this part in them, under names with `next`, and `loss`, summed over the part.
 */
export function gradientsProgram({ model, data }: TrainingJob, lacks?: Lacks): Uint8Array {
  const g = new Graph(lacks);
  const tensors = parameterTensors(model);
  const set = trainingSetInputs(g, model, data.count);
  const rows = g.input('rows', ['rows'], 'int32');
  const given = tensorInputs(g, tensors);
  const { loss, gradients } = lossAndGradients(g, model, tensors, given, set, rows);
  g.output('loss', loss, []);
  for (const tensor of tensors) {
    if (!tensor.trained) continue;
    const name = named.gradient(tensor.name);
    const sum = g.input(name, matrixShape(tensor));
    const factor = model.gradients === 'standard' ? 1 : tensor.scale;
    g.output(named.next(name), gradients[tensor.name](factor, sum), matrixShape(tensor));
  }
  return g.encode();
}
