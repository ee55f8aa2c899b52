import type { TrainingJob } from '../../engine.ts';
import type { Model, ParameterTensor } from '../../model.ts';
import type { Adam } from '../../optimizer.ts';
import { parameterTensors } from '../../parameters.ts';
import { adamStep } from './adam.ts';
import type { Accumulate } from './backward.ts';
import type { Tensors } from './forward.ts';
import { Graph, type Value } from './graph.ts';
import {
  lossAndGradients,
  matrixShape,
  named,
  tensorInputs,
  trainingSetInputs,
} from './program-parts.ts';

/**
 * Steps in a loop, each on a batch of rows of the training set. From the training set (`images`,
 * `targets`, `offsets`), `order` (steps x batch), `steps`, `slopeFactor`, `ones` (batch x 1), the
 * tensors, and for Adam its moments and the factors `rates` and `epsilons` of each step: what the
 * step changes, under names with `next`, and `losses`, summed over the batch.
 *
 * `slopeFactor` multiplies the derivative of the summed loss with respect to the outputs, and with
 * it all gradients, which are linear in it: for gradient descent it holds minus the rate, so that
 * the update of a tensor is one product added to it.
 */
export function stepsProgram({ model, optimizer, batch, data }: TrainingJob): Uint8Array {
  const g = new Graph();
  const tensors = parameterTensors(model);
  const trained = tensors.filter((tensor) => tensor.trained);
  const set = trainingSetInputs(g, model, data.count);
  const order = g.input('order', ['steps', batch], 'int32');
  const count = g.input('steps', [], 'int64');
  const parameters = tensorInputs(g, tensors);
  const update =
    optimizer.kind === 'adam'
      ? adamUpdate(g, model, optimizer, trained)
      : descentUpdate(model, trained);
  const carried = trained.flatMap((tensor) => {
    const shape = matrixShape(tensor);
    const moments = update.moments.map((named) => {
      const name = named(tensor.name);
      return { name, shape, start: g.input(name, shape) };
    });
    return [{ name: tensor.name, shape, start: parameters[tensor.name] }, ...moments];
  });
  const { last, kept } = g.loop({
    count,
    carried: Object.fromEntries(carried.map(({ name, ...tensor }) => [name, tensor])),
    turn(body, current, iteration) {
      const present = { ...parameters, ...current };
      const rows = body.gather(order, iteration);
      const { loss, gradients } = lossAndGradients(body, model, tensors, present, set, rows);
      // ONNX Runtime orders nodes backwards from the last leaf. With the updates here, the last layer's
      // last, it takes each as soon as its gradient is there, while the factors are in the cache.
      return { carried: update.next(body, present, gradients, iteration), kept: loss };
    },
  });
  for (const { name, shape } of carried) g.output(named.next(name), last[name], shape);
  g.output('losses', kept, ['steps']);
  return g.encode();
}

/** What a step does with its gradients. */
interface Update {
  /** The names of the averages that belong to the tensor of a name. */
  readonly moments: readonly ((name: string) => string)[];
  readonly next: (
    body: Graph,
    present: Tensors,
    gradients: Readonly<Record<string, Accumulate>>,
    iteration: Value,
  ) => Tensors;
}

/** The gradients already hold minus the rate. */
function descentUpdate({ gradients: kind }: Model, trained: readonly ParameterTensor[]): Update {
  return {
    moments: [],
    next: (_body, present, gradients) =>
      Object.fromEntries(
        trained.map(({ name, scale }) => {
          const factor = kind === 'standard' ? 1 / scale : scale;
          return [name, gradients[name](factor, present[name])];
        }),
      ),
  };
}

function adamUpdate(
  g: Graph,
  { gradients: kind }: Model,
  adam: Adam,
  trained: readonly ParameterTensor[],
): Update {
  const rates = g.input('rates', ['steps']);
  const epsilons = g.input('epsilons', ['steps']);
  const standard = kind === 'standard';
  return {
    moments: [named.first, named.second],
    next(body, present, gradients, iteration) {
      const rate = body.gather(rates, iteration);
      const epsilon = body.gather(epsilons, iteration);
      const next: Record<string, Value> = {};
      for (const { name, scale } of trained) {
        const [first, second] = [named.first(name), named.second(name)];
        const stepped = adamStep(
          body,
          adam,
          { parameter: present[name], first: present[first], second: present[second] },
          gradients[name](standard ? 1 : scale),
          { rate: standard ? body.multiply(rate, body.scalar(1 / scale)) : rate, epsilon },
        );
        next[name] = stepped.parameter;
        next[first] = stepped.first;
        next[second] = stepped.second;
      }
      return next;
    },
  };
}
