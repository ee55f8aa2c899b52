import { parameterTensors } from '../../parameters.ts';
import { adamFactors } from './adam.ts';
import { lossTerms } from './loss.ts';
import { mapNames, named } from './program-parts.ts';
import { carriedVariables } from './state.ts';
import { stepProgram } from './step-program.ts';
import { scalars, type Stepper, type StepperInputs } from './stepper.ts';

/** Losses that are kept on the device before they are read, which waits for all steps so far. */
const LOSSES = 32;

/**
 * Takes a step a run, whose results stay where the next takes them from. To the device go the rows of
 * a step and a few factors; from it comes one number a step, many at a time.
 */
export async function openStepStepper({ store, job, state, set }: StepperInputs): Promise<Stepper> {
  const { runtime } = store;
  const { model, optimizer, batch } = job;
  const program = await store.open(stepProgram(job, LOSSES, store.lacks), { resident: 'all' });
  const terms = lossTerms(model.loss, batch, model.network.outputs);
  const places = Float32Array.from({ length: LOSSES }, (_, place) => place);
  const own = {
    ones: await store.variable(new Float32Array(batch).fill(1), [batch, 1]),
    places: await store.variable(places, [1, LOSSES]),
    losses: await store.zeros([1, LOSSES]),
  };
  const carried = carriedVariables(state, parameterTensors(model));
  const fixed = { ...set, ...state.parameters, ...carried, ...own };
  const results = mapNames({ ...carried, losses: own.losses }, named.next);

  /** What differs between the optimizers: the factor of the slope, and the factors of Adam. */
  function pace(rate: number, step: number) {
    return optimizer.kind === 'gradient-descent'
      ? { slopeFactor: -rate / terms }
      : { slopeFactor: 1 / terms, ...adamFactors(optimizer, rate, step) };
  }

  return {
    async run(order, rate, taken) {
      const losses = new Float64Array(order.length / batch);
      for (let k = 0; k < losses.length; k++) {
        const place = k % LOSSES;
        const rows = order.subarray(k * batch, (k + 1) * batch);
        const feeds = {
          ...fixed,
          ...scalars(runtime, { ...pace(rate, taken + k + 1), place }),
          rows: new runtime.Tensor('int32', rows, [batch]),
        };
        await program.run(feeds, results);
        if (place === LOSSES - 1 || k === losses.length - 1) {
          const latest = await store.read(own.losses);
          losses.set(latest.subarray(0, place + 1), k - place);
        }
      }
      return losses;
    },
  };
}
