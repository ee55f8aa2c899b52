import { parameterTensors } from '../../parameters.ts';
import { adamFactors } from './adam.ts';
import { lossTerms } from './loss.ts';
import { named } from './program-parts.ts';
import { openModel } from './runtime.ts';
import { numbersOf } from './state-tensors.ts';
import { stepsProgram } from './steps-program.ts';
import { ones, scalar, type Stepper, type StepperInputs } from './stepper.ts';

/** Takes all steps that are asked for in one run, in a loop of ONNX Runtime. */
export async function openLoopStepper({
  runtime,
  executionProviders,
  job,
  state,
  set,
}: StepperInputs): Promise<Stepper> {
  const { Tensor } = runtime;
  const { model, optimizer, batch } = job;
  const session = await openModel(runtime, stepsProgram(job), { executionProviders });
  const terms = lossTerms(model.loss, batch, model.network.outputs);
  const trained = parameterTensors(model).filter((tensor) => tensor.trained);
  const { parameters, moments } = state;
  const carried = trained.flatMap(({ name }) => [
    [name, parameters[name]] as const,
    ...(moments
      ? [
          [named.first(name), moments.first[name]] as const,
          [named.second(name), moments.second[name]] as const,
        ]
      : []),
  ]);
  const fixed = {
    ...set,
    ...parameters,
    ...Object.fromEntries(carried),
    ones: ones(runtime, batch),
  };
  // The loop's results are written when it has ended, so they may take the place of its start.
  const inPlace = Object.fromEntries(carried.map(([name, tensor]) => [named.next(name), tensor]));

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
      await session.run(feeds, { ...inPlace, losses });
      return Float64Array.from(numbersOf(losses));
    },
    close: () => session.release(),
  };
}
