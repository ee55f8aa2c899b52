import { parameterTensors } from '../../parameters.ts';
import { adamFactors } from './adam.ts';
import { lossTerms } from './loss.ts';
import { mapNames, named } from './program-parts.ts';
import { carriedVariables } from './state.ts';
import { numbersOf } from './store.ts';
import { stepsProgram } from './steps-program.ts';
import { scalar, type Stepper, type StepperInputs } from './stepper.ts';

/** Takes all steps that are asked for in one run, in a loop of ONNX Runtime. */
export async function openLoopStepper({ store, job, state, set }: StepperInputs): Promise<Stepper> {
  const { runtime } = store;
  const { Tensor } = runtime;
  const { model, optimizer, batch } = job;
  const program = await store.open(stepsProgram(job, store.lacks));
  const terms = lossTerms(model.loss, batch, model.network.outputs);
  const ones = await store.variable(new Float32Array(batch).fill(1), [batch, 1]);
  const carried = carriedVariables(state, parameterTensors(model));
  const fixed = { ...set, ...state.parameters, ...carried, ones };
  // The loop's results are written when it has ended, so they may take the place of its start.
  const inPlace = mapNames(carried, named.next);

  /** What differs between the optimizers: the factor of the slope, and the factors of Adam. */
  function pace(rate: number, taken: number, steps: number) {
    if (optimizer.kind === 'gradient-descent') {
      return { slopeFactor: scalar(runtime, -rate / terms) };
    }
    const factors = Array.from({ length: steps }, (_, k) =>
      adamFactors(optimizer, rate, taken + k + 1),
    );
    const list = (numbers: number[]) => new Tensor('float32', Float32Array.from(numbers), [steps]);
    return {
      slopeFactor: scalar(runtime, 1 / terms),
      rates: list(factors.map(({ rate }) => rate)),
      epsilons: list(factors.map(({ epsilon }) => epsilon)),
    };
  }

  return {
    async run(order, rate, taken) {
      const steps = order.length / batch;
      const losses = new Tensor('float32', new Float32Array(steps), [steps]);
      const feeds = {
        ...fixed,
        ...pace(rate, taken, steps),
        order: new Tensor('int32', order, [steps, batch]),
        steps: new Tensor('int64', BigInt64Array.of(BigInt(steps)), []),
      };
      await program.run(feeds, { ...inPlace, losses });
      return Float64Array.from(numbersOf(losses));
    },
  };
}
