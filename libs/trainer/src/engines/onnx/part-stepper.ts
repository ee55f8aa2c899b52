import { parameterTensors } from '../../parameters.ts';
import { adamFactors } from './adam.ts';
import { gradientsProgram } from './gradients-program.ts';
import { lossTerms } from './loss.ts';
import { isLarge, partRows } from './memory.ts';
import { named } from './program-parts.ts';
import { openModel, type Tensor } from './runtime.ts';
import { numbersOf, zeros, type TensorsByName } from './state-tensors.ts';
import { ones, scalar, type Stepper, type StepperInputs } from './stepper.ts';
import { updateProgram } from './update-program.ts';

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
  const { parameters, moments } = state;
  const trained = parameterTensors(model).filter((tensor) => tensor.trained);
  const most = partRows(model.network);
  const terms = lossTerms(model.loss, batch, model.network.outputs);
  const options = { executionProviders, frugal: isLarge(model, optimizer) };
  const gradients = await openModel(runtime, gradientsProgram(job), options);
  const update = await openModel(runtime, updateProgram(optimizer), options);
  const fixed = { ...set, ...parameters, slopeFactor: scalar(runtime, 1 / terms) };

  /** Puts the gradients of a batch into `sums`, and returns its loss, summed. */
  async function addUp(sums: TensorsByName, rows: Int32Array): Promise<number> {
    const present: Record<string, Tensor> = {};
    // A sum is read only where the next one is made, which takes its place.
    const next: Record<string, Tensor> = {};
    for (const [name, sum] of Object.entries(sums)) {
      numbersOf(sum).fill(0);
      present[named.gradient(name)] = sum;
      next[named.next(named.gradient(name))] = sum;
    }
    let loss = 0;
    for (let start = 0; start < rows.length; start += most) {
      const part = rows.subarray(start, start + most);
      const partLoss = scalar(runtime, 0);
      const feeds = {
        ...fixed,
        ...present,
        rows: new Tensor('int32', part, [part.length]),
        ones: ones(runtime, part.length),
      };
      await gradients.run(feeds, { ...next, loss: partLoss });
      loss += numbersOf(partLoss)[0];
    }
    return loss;
  }

  async function updateAll(sums: TensorsByName, rate: number, step: number): Promise<void> {
    const factors = optimizer.kind === 'adam' ? adamFactors(optimizer, rate, step) : { rate };
    for (const { name, scale } of trained) {
      const unit = model.gradients === 'standard' ? scale : 1;
      const tensors = {
        parameter: flat(parameters[name]),
        ...(moments && { first: flat(moments.first[name]), second: flat(moments.second[name]) }),
      };
      const feeds = {
        ...tensors,
        gradient: flat(sums[name]),
        ...scalars({ ...factors, rate: factors.rate / unit }),
      };
      const next = Object.entries(tensors).map(([name, tensor]) => [named.next(name), tensor]);
      await update.run(feeds, Object.fromEntries(next) as TensorsByName);
    }
  }

  function scalars(numbers: Readonly<Record<string, number>>): TensorsByName {
    const entries = Object.entries(numbers);
    return Object.fromEntries(entries.map(([name, number]) => [name, scalar(runtime, number)]));
  }

  return {
    async run(order, rate, taken) {
      // Not kept from run to run: copies of the state are taken in between, which are as large.
      const sums = zeros(runtime, trained);
      const losses = new Float64Array(order.length / batch);
      for (let k = 0; k < losses.length; k++) {
        losses[k] = await addUp(sums, order.subarray(k * batch, (k + 1) * batch));
        await updateAll(sums, rate, taken + k + 1);
      }
      return losses;
    },
    async close() {
      await gradients.release();
      await update.release();
    },
  };
}

/** The same numbers as a list. */
function flat(tensor: Tensor): Tensor {
  return tensor.reshape([tensor.size]);
}
