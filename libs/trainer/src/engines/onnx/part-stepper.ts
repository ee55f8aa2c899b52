import { parameterTensors } from '../../parameters.ts';
import { adamFactors } from './adam.ts';
import { lossTerms } from './loss.ts';
import { partRows } from './memory.ts';
import { gradientsProgram } from './gradients-program.ts';
import { named } from './program-parts.ts';
import { updateProgram } from './update-program.ts';
import { openModel, type Tensor } from './runtime.ts';
import { numbersOf, zeros } from './state-tensors.ts';
import { ones, scalar, type Stepper, type StepperInputs } from './stepper.ts';

/**
 * Takes a step in parts: the gradients of some rows after the other are added up, then one tensor
 * after the other is updated. Every sum and every tensor stays where it is.
 */
export async function openPartStepper({
  runtime,
  executionProviders,
  job,
  state,
  set,
}: StepperInputs): Promise<Stepper> {
  const { Tensor } = runtime;
  const { model, optimizer, batch } = job;
  const trained = parameterTensors(model).filter((tensor) => tensor.trained);
  const most = partRows(model.network);
  const terms = lossTerms(model.loss, batch, model.network.outputs);
  const gradients = await openModel(runtime, gradientsProgram(job), executionProviders);
  const update = await openModel(runtime, updateProgram(optimizer), executionProviders);
  const sums = zeros(runtime, trained);
  const gradientSums = trained.map(({ name }) => [named.gradient(name), sums[name]] as const);
  const fixed = {
    ...set,
    ...state.parameters,
    ...Object.fromEntries(gradientSums),
    slopeFactor: scalar(runtime, 1 / terms),
  };
  // A sum is read only where the next one is made, which takes its place.
  const inPlace = Object.fromEntries(gradientSums.map(([name, sum]) => [named.next(name), sum]));
  const lists = trained.map(({ name, scale }) => ({
    scale,
    gradient: flat(sums[name]),
    parameter: flat(state.parameters[name]),
    ...(state.moments && {
      first: flat(state.moments.first[name]),
      second: flat(state.moments.second[name]),
    }),
  }));

  function flat(tensor: Tensor): Tensor {
    return tensor.reshape([tensor.size]);
  }

  /** Adds up the gradients of a batch, and returns its loss, summed. */
  async function addUp(rows: Int32Array): Promise<number> {
    for (const sum of Object.values(sums)) numbersOf(sum).fill(0);
    let loss = 0;
    for (let start = 0; start < rows.length; start += most) {
      const part = rows.subarray(start, start + most);
      const partLoss = scalar(runtime, 0);
      const feeds = {
        ...fixed,
        rows: new Tensor('int32', part, [part.length]),
        ones: ones(runtime, part.length),
      };
      await gradients.run(feeds, { ...inPlace, loss: partLoss });
      loss += numbersOf(partLoss)[0];
    }
    return loss;
  }

  async function updateAll(rate: number, step: number): Promise<void> {
    const factors =
      optimizer.kind === 'adam' ? adamFactors(optimizer, rate, step) : { rate, epsilon: undefined };
    for (const { scale, gradient, ...tensors } of lists) {
      const unit = model.gradients === 'standard' ? scale : 1;
      const feeds: Record<string, Tensor> = {
        ...tensors,
        gradient,
        rate: scalar(runtime, factors.rate / unit),
      };
      if (factors.epsilon !== undefined) feeds.epsilon = scalar(runtime, factors.epsilon);
      const results = Object.entries(tensors).map(([name, t]) => [named.next(name), t] as const);
      await update.run(feeds, Object.fromEntries(results));
    }
  }

  return {
    async run(order, rate, taken) {
      const losses = new Float64Array(order.length / batch);
      for (let k = 0; k < losses.length; k++) {
        losses[k] = await addUp(order.subarray(k * batch, (k + 1) * batch));
        await updateAll(rate, taken + k + 1);
      }
      return losses;
    },
    async close() {
      await gradients.release();
      await update.release();
    },
  };
}
