import { parameterTensors } from '../../parameters.ts';
import { adamFactors } from './adam.ts';
import { gradientsProgram } from './gradients-program.ts';
import { lossTerms } from './loss.ts';
import { isLarge, partRows } from './memory.ts';
import { mapNames, named } from './program-parts.ts';
import { zerosLike } from './state.ts';
import { numbersOf, type VariablesByName } from './store.ts';
import { scalar, scalars, type Stepper, type StepperInputs } from './stepper.ts';
import { updateProgram } from './update-program.ts';

/**
 * Takes a step in parts: the gradients of some rows after the other are added up, then one tensor
 * after the other is updated. Every sum and every tensor stays where it is.
 */
export async function openPartStepper({ store, job, state, set }: StepperInputs): Promise<Stepper> {
  const { runtime } = store;
  const { Tensor } = runtime;
  const { model, optimizer, batch } = job;
  const { parameters, moments } = state;
  const trained = parameterTensors(model).filter((tensor) => tensor.trained);
  const most = partRows(model.network);
  const terms = lossTerms(model.loss, batch, model.network.outputs);
  const frugal = isLarge(model, optimizer);
  const gradients = await store.open(gradientsProgram(job, store.lacks), {
    frugal,
    resident: trained.map(({ name }) => named.next(named.gradient(name))),
  });
  const update = await store.open(updateProgram(optimizer), { frugal, resident: 'all' });
  const fixed = { ...set, ...parameters };

  /** Puts the gradients of a batch into `sums`, and returns its loss, summed. */
  async function addUp(sums: VariablesByName, rows: Int32Array): Promise<number> {
    for (const sum of Object.values(sums)) await store.fillWithZeros(sum);
    const present = mapNames(sums, named.gradient);
    // A sum is read only where the next one is made, which takes its place.
    const next = mapNames(present, named.next);
    let loss = 0;
    for (let start = 0; start < rows.length; start += most) {
      const part = rows.subarray(start, start + most);
      const partLoss = scalar(runtime, 0);
      const feeds = {
        ...fixed,
        ...present,
        slopeFactor: scalar(runtime, 1 / terms),
        rows: new Tensor('int32', part, [part.length]),
        ones: new Tensor('float32', new Float32Array(part.length).fill(1), [part.length, 1]),
      };
      await gradients.run(feeds, { ...next, loss: partLoss });
      loss += numbersOf(partLoss)[0];
    }
    return loss;
  }

  async function updateAll(sums: VariablesByName, rate: number, step: number): Promise<void> {
    const factors = optimizer.kind === 'adam' ? adamFactors(optimizer, rate, step) : { rate };
    for (const { name, scale } of trained) {
      const unit = model.gradients === 'standard' ? scale : 1;
      const variables = {
        parameter: parameters[name],
        ...(moments && { first: moments.first[name], second: moments.second[name] }),
      };
      const feeds = {
        ...variables,
        gradient: sums[name],
        ...scalars(runtime, { ...factors, rate: factors.rate / unit }),
      };
      await update.run(feeds, mapNames(variables, named.next));
    }
  }

  return {
    async run(order, rate, taken) {
      // Not kept from run to run: copies of the state are taken in between, which are as large.
      const sums = await zerosLike(store, trained);
      const losses = new Float64Array(order.length / batch);
      for (let k = 0; k < losses.length; k++) {
        losses[k] = await addUp(sums, order.subarray(k * batch, (k + 1) * batch));
        await updateAll(sums, rate, taken + k + 1);
      }
      store.free(Object.values(sums));
      return losses;
    },
  };
}
