import type { TrainingJob } from '../../engine.ts';
import type { Model, ParameterTensor } from '../../model.ts';
import type { Adam } from '../../optimizer.ts';
import { parameterTensors } from '../../parameters.ts';
import { adamStep, type AdamFactors } from './adam.ts';
import type { Accumulate } from './backward.ts';
import type { Tensors } from './forward.ts';
import type { Graph, Value } from './graph.ts';
import {
  lossAndGradients,
  matrixShape,
  named,
  tensorInputs,
  trainingSetInputs,
} from './program-parts.ts';

/** Gives a factor of Adam that changes from step to step, a scalar. */
export type Factor = (name: keyof AdamFactors<Value>) => Value;

/** A step of a training, whose inputs a graph has. */
export interface Step {
  /** What it changes, as the inputs of the graph have it. */
  readonly carried: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly start: Value;
  }[];
  /**
   * Emits it.
   *
   * @param current what it changes, by the names of `carried`.
   * @param rows of the training set.
   * @param factor gives a factor of this step, which only Adam asks for.
   * @returns what it changes as it is afterwards, and the loss before, summed over the batch.
   */
  readonly take: (
    body: Graph,
    current: Tensors,
    rows: Value,
    factor: Factor,
  ) => { readonly next: Tensors; readonly loss: Value };
}

/**
 * Adds to a graph what a step takes: the training set (`images`, `targets`, `offsets`),
 * `slopeFactor`, `ones` (batch x 1), the tensors, and for Adam its moments.
 *
 * `slopeFactor` multiplies the derivative of the summed loss with respect to the outputs, and with
 * it all gradients, which are linear in it: for gradient descent it holds minus the rate, so that
 * the update of a tensor is one product added to it.
 */
export function stepOf(g: Graph, { model, optimizer, data }: TrainingJob): Step {
  const tensors = parameterTensors(model);
  const trained = tensors.filter((tensor) => tensor.trained);
  const set = trainingSetInputs(g, model, data.count);
  const parameters = tensorInputs(g, tensors);
  const update =
    optimizer.kind === 'adam'
      ? adamUpdate(model, optimizer, trained)
      : descentUpdate(model, trained);
  const carried = trained.flatMap((tensor) => {
    const shape = matrixShape(tensor);
    const moments = update.moments.map((named) => {
      const name = named(tensor.name);
      return { name, shape, start: g.input(name, shape) };
    });
    return [{ name: tensor.name, shape, start: parameters[tensor.name] }, ...moments];
  });
  return {
    carried,
    take(body, current, rows, factor) {
      const present = { ...parameters, ...current };
      const { loss, gradients } = lossAndGradients(body, model, tensors, present, set, rows);
      // ONNX Runtime orders nodes backwards from the last leaf. With the updates here, the last layer's
      // last, it takes each as soon as its gradient is there, while the factors are in the cache.
      return { next: update.next(body, present, gradients, factor), loss };
    },
  };
}

/** What a step does with its gradients. */
interface Update {
  /** The names of the averages that belong to the tensor of a name. */
  readonly moments: readonly ((name: string) => string)[];
  readonly next: (
    body: Graph,
    present: Tensors,
    gradients: Readonly<Record<string, Accumulate>>,
    factor: Factor,
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
  { gradients: kind }: Model,
  adam: Adam,
  trained: readonly ParameterTensor[],
): Update {
  const standard = kind === 'standard';
  return {
    moments: [named.first, named.second],
    next(body, present, gradients, factor) {
      const [rate, epsilon] = [factor('rate'), factor('epsilon')];
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
