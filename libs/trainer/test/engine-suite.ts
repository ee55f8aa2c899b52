import { activations, identity, relu } from '@resdiff/networks';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adam,
  initialParameters,
  parameterTensors,
  type Engine,
  type Model,
  type Optimizer,
  type Parameters,
  type TrainingJob,
  type TrainingSession,
  type TrainingState,
} from '../src/index.ts';
import { deviation } from './deviation.ts';
import { finiteDifferences } from './finite-differences.ts';
import { linearModel, linearTraining } from './linear-network.ts';
import { jumps, noise, smallModel, smallSet } from './problem.ts';
import { referenceEngine, referenceLoss, referenceOutputs, widen } from './reference.ts';

/** How far an engine may be from the f64 reference: the largest error over the largest true entry. */
export interface Tolerances {
  readonly losses: number;
  readonly outputs: number;
  /** Parameters after a few steps. */
  readonly parameters: number;
  /** One step's gradient, against finite differences; and Adam's moments after a few steps. */
  readonly gradients: number;
}

const descent: Optimizer = { kind: 'gradient-descent' };
const optimizers = [descent, adam()];
const losses = ['mse', 'cross-entropy'] as const;
const gradients = ['reparametrised', 'standard'] as const;
const trainings = [
  { input: true, output: true },
  { input: true, output: false },
  { input: false, output: true },
  { input: false, output: false },
];

/** What every engine must do, as tests of vitest. `makeEngine` is called once. */
export function engineSuite(
  name: string,
  makeEngine: () => Promise<Engine>,
  tolerances: Tolerances,
): void {
  describe(`engine ${name}`, () => {
    let engine: Engine;
    const reference = referenceEngine();

    beforeAll(async () => {
      engine = await makeEngine();
    });

    it('says what it is', () => {
      for (const text of [engine.name, engine.version, engine.device]) expect(text).not.toBe('');
    });

    describe('follows the reference over several steps', () => {
      const kinds = losses.flatMap((loss) =>
        gradients.flatMap((gradients) =>
          optimizers.flatMap((optimizer) =>
            trainings.flatMap((trains) =>
              [false, true].map((centred) => ({ loss, gradients, optimizer, trains, centred })),
            ),
          ),
        ),
      );

      it.each(kinds)(
        '$loss, $gradients gradients, $optimizer.kind, trains $trains, centred $centred',
        async ({ optimizer, centred, ...model }) => {
          await follows(smallJob(smallModel(model), { optimizer }), { centred });
        },
      );

      it.each(activations.map((activation) => [activation.name, activation] as const))(
        'with the activation %s',
        async (_, activation) => {
          const model = smallModel({ loss: 'cross-entropy', network: { activation } });
          await follows(smallJob(model));
        },
      );

      it.each([
        ['width 1', { width: 1 }],
        ['depth 1', { depth: 1 }],
        ['width 1 and depth 1', { width: 1, depth: 1 }],
        ['one input', { inputs: 1 }],
        ['one output', { outputs: 1 }],
        ['no biases', { sigmaB: 0 }],
      ])('with %s', async (_, network) => {
        for (const optimizer of optimizers) {
          await follows(smallJob(smallModel({ network }), { optimizer }));
        }
      });

      it.each([
        ['batches of 1', 1, 20],
        ['the whole set in a batch', 20, 20],
        ['a set of 1', 1, 1],
      ])('with %s', async (_, batch, count) => {
        for (const optimizer of optimizers) {
          await follows(smallJob(smallModel(), { optimizer, batch, count }));
        }
      });

      it.each(losses)('with a large batch, %s', async (loss) => {
        const model = smallModel({ loss, network: { depth: 2 } });
        for (const optimizer of optimizers) {
          await follows(smallJob(model, { optimizer, batch: 2503, count: 2600 }), {
            steps: 2,
            centred: true,
          });
        }
      });

      it('with outputs whose exponentials overflow', async () => {
        const job = smallJob(smallModel({ loss: 'cross-entropy' }));
        await follows(job, { centred: true, offsetScale: 1000 });
      });

      it('with another rate at each call', async () => {
        for (const optimizer of optimizers) {
          const job = smallJob(smallModel({ loss: 'cross-entropy' }), { optimizer });
          await follows(job, { rateFactors: [1, 0.25, 1.5] });
        }
      });

      it('with other constants of Adam', async () => {
        const optimizer = adam({ beta1: 0.7, beta2: 0.95, epsilon: 1e-3 });
        await follows(smallJob(smallModel(), { optimizer }));
      });
    });

    describe('steps along the gradient', () => {
      const kinds = losses.flatMap((loss) => gradients.map((gradients) => ({ loss, gradients })));

      it.each(kinds)('as finite differences have it: $loss, $gradients', async (kind) => {
        const rate = 16;
        const job = smallJob(smallModel(kind), { batch: 20 });
        const before = fresh(job);
        const offsets = noise(job.data.count * job.model.network.outputs, 5);
        const order = Int32Array.from({ length: 20 }, (_, row) => row);
        const { parameters } = await withSession(job, async (session) => {
          await session.load(before, offsets);
          await session.run(order, rate);
          return session.state();
        });
        const rows = {
          images: Float64Array.from(job.data.images),
          targets: Float64Array.from(job.data.targets),
          offsets: Float64Array.from(offsets),
        };
        const slopes = finiteDifferences(widen(before.parameters), (at) =>
          referenceLoss(job.model, at, rows),
        );
        for (const { name, scale } of parameterTensors(job.model)) {
          const unit = kind.gradients === 'standard' ? scale ** 2 : 1;
          const taken = widen(before.parameters)[name].map(
            (value, i) => ((value - parameters[name][i]) * unit) / rate,
          );
          expect(deviation(taken, slopes[name]), name).toBeLessThan(tolerances.gradients);
        }
      });
    });

    it.each(gradients)('trains a linear network as its closed form: %s', async (gradients) => {
      const steps = 12;
      const job = smallJob(linearModel(gradients), { batch: 20 });
      const path = linearTraining(job.model, widen(fresh(job).parameters), job.data, {
        rate: rateOf(job),
        steps,
      });
      const order = Int32Array.from({ length: 20 * steps }, (_, i) => i % 20);
      const [losses, { parameters }] = await ran(job, fresh(job), [order]);
      const expected = path.slice(0, steps).map(({ loss }) => loss);
      expect(expected[0] / expected[steps - 1]).toBeGreaterThan(1.5);
      expect(deviation(losses, expected)).toBeLessThan(tolerances.losses);
      expect(deviation(parameters['W.0'], path[steps].W)).toBeLessThan(tolerances.parameters);
      expect(deviation(parameters['b.0'], path[steps].b)).toBeLessThan(tolerances.parameters);
    });

    describe('keeps its state', () => {
      it('bit for bit, whether its steps are asked for in one call or in several', async () => {
        for (const optimizer of optimizers) {
          const job = smallJob(smallModel(), { optimizer });
          const order = jumps(6 * job.batch, job.data.count);
          const [losses, whole] = await ran(job, fresh(job), [order]);
          const [lossesOfParts, parts] = await ran(job, fresh(job), [
            order.slice(0, job.batch),
            order.slice(job.batch, 4 * job.batch),
            order.slice(4 * job.batch),
          ]);
          expect(lossesOfParts).toEqual(losses);
          expect(parts).toEqual(whole);
          expect(whole.step).toBe(6);
        }
      });

      it('bit for bit through state and load, and goes on the same', async () => {
        for (const optimizer of optimizers) {
          for (const gradients of ['reparametrised', 'standard'] as const) {
            const job = smallJob(smallModel({ gradients, loss: 'cross-entropy' }), { optimizer });
            const order = jumps(6 * job.batch, job.data.count);
            const half = order.length / 2;
            const offsets = noise(job.data.count * job.model.network.outputs, 5);
            const [losses, whole] = await ran(job, fresh(job), [order], offsets);
            const [firstLosses, middle] = await ran(
              job,
              fresh(job),
              [order.slice(0, half)],
              offsets,
            );
            const [, reloaded] = await ran(job, middle, []);
            expect(reloaded).toEqual(middle);
            const [lastLosses, end] = await ran(job, middle, [order.slice(half)], offsets);
            expect([...firstLosses, ...lastLosses]).toEqual(losses);
            expect(end).toEqual(whole);
          }
        }
      });

      it('as what was loaded before any step', async () => {
        for (const optimizer of optimizers) {
          const job = smallJob(smallModel(), { optimizer });
          const [, state] = await ran(job, fresh(job), []);
          expect(state.step).toBe(0);
          expect(state.parameters).toEqual(fresh(job).parameters);
        }
      });

      it('with the shapes of the model, moments of the trained tensors alone', async () => {
        for (const trains of trainings) {
          const job = smallJob(smallModel({ trains }), { optimizer: adam() });
          const tensors = parameterTensors(job.model);
          const sizes = (of: typeof tensors) =>
            Object.fromEntries(of.map(({ name, shape }) => [name, shape.reduce((a, b) => a * b)]));
          const [, { parameters, moments }] = await ran(job, fresh(job), [jumps(job.batch, 20)]);
          expect(lengths(parameters)).toEqual(sizes(tensors));
          const trained = sizes(tensors.filter((tensor) => tensor.trained));
          expect(lengths(moments!.first)).toEqual(trained);
          expect(lengths(moments!.second)).toEqual(trained);
        }
      });

      it('of gradient descent without moments', async () => {
        const job = smallJob(smallModel());
        const [, state] = await ran(job, fresh(job), [jumps(job.batch, 20)]);
        expect(state.moments).toBeUndefined();
      });

      it('apart from what it was given and gave', async () => {
        for (const optimizer of optimizers) {
          const job = smallJob(smallModel(), { optimizer });
          const order = jumps(2 * job.batch, job.data.count);
          const offsets = noise(job.data.count * job.model.network.outputs, 5);
          const [, expected] = await ran(job, fresh(job), [order, order], offsets);
          const state = await withSession(job, async (session) => {
            const given = fresh(job);
            const givenOffsets = offsets.slice();
            await session.load(given, givenOffsets);
            spoil(given);
            givenOffsets.fill(9);
            await session.run(order, rateOf(job));
            spoil(await session.state());
            await session.run(order, rateOf(job));
            return session.state();
          });
          expect(state).toEqual(expected);
        }
      });

      it('until another is loaded, which leaves nothing of the last', async () => {
        for (const optimizer of optimizers) {
          const job = smallJob(smallModel(), { optimizer });
          const order = jumps(3 * job.batch, job.data.count);
          const [losses, expected] = await ran(job, fresh(job), [order]);
          await withSession(job, async (session) => {
            await session.load(fresh(job), noise(job.data.count * job.model.network.outputs, 5));
            await session.run(order, rateOf(job));
            await session.load(fresh(job));
            expect([...(await session.run(order, rateOf(job)))]).toEqual(losses);
            expect(await session.state()).toEqual(expected);
          });
        }
      });

      it('never changing a frozen tensor', async () => {
        for (const optimizer of optimizers) {
          for (const trains of trainings) {
            const job = smallJob(smallModel({ trains }), { optimizer });
            const [, { parameters }] = await ran(job, fresh(job), [jumps(5 * job.batch, 20)]);
            for (const { name, trained } of parameterTensors(job.model)) {
              const changed = parameters[name].some((x, i) => x !== fresh(job).parameters[name][i]);
              expect(changed, name).toBe(trained);
            }
          }
        }
      });

      it('undisturbed by another session', async () => {
        const one = smallJob(smallModel(), { optimizer: adam() });
        const other = smallJob(
          smallModel({ loss: 'cross-entropy', network: { width: 3, depth: 2, activation: relu } }),
        );
        const order = jumps(2 * one.batch, 20);
        const alone = [
          (await ran(one, fresh(one), [order, order]))[1],
          (await ran(other, fresh(other), [order, order]))[1],
        ];
        const together = await withSession(one, (oneSession) =>
          withSession(other, async (otherSession) => {
            await oneSession.load(fresh(one));
            await otherSession.load(fresh(other));
            for (let call = 0; call < 2; call++) {
              await Promise.all([
                oneSession.run(order, rateOf(one)),
                otherSession.run(order, rateOf(other)),
              ]);
            }
            return [await oneSession.state(), await otherSession.state()];
          }),
        );
        expect(together).toEqual(alone);
      });

      it('while outputs are asked for', async () => {
        for (const optimizer of optimizers) {
          const job = smallJob(smallModel(), { optimizer });
          const order = jumps(2 * job.batch, job.data.count);
          const [, expected] = await ran(job, fresh(job), [order, order]);
          await withSession(job, async (session) => {
            await session.load(fresh(job));
            for (let call = 0; call < 2; call++) {
              await session.run(order, rateOf(job));
              await session.outputs(noise(11 * job.model.network.inputs, 6));
            }
            expect(await session.state()).toEqual(expected);
          });
        }
      });
    });

    describe('gives the outputs', () => {
      it.each([1, 2, 7, 20, 257, 2503])('of %i images, without offsets', async (count) => {
        const job = smallJob(smallModel({ loss: 'cross-entropy' }));
        const images = noise(count * job.model.network.inputs, 7);
        await withSession(job, async (session) => {
          await session.load(fresh(job), noise(job.data.count * job.model.network.outputs, 5));
          await session.run(jumps(2 * job.batch, job.data.count), rateOf(job));
          const { parameters } = await session.state();
          const outputs = await session.outputs(images);
          const expected = referenceOutputs(
            job.model.network,
            widen(parameters),
            Float64Array.from(images),
          );
          expect(outputs).toBeInstanceOf(Float32Array);
          expect(outputs).toHaveLength(count * job.model.network.outputs);
          expect(deviation(outputs, expected)).toBeLessThan(tolerances.outputs);
        });
      });
    });

    describe('refuses', () => {
      it('an order that is not a multiple of the batch, and stays as it was', async () => {
        const job = smallJob(smallModel(), { batch: 8 });
        await withSession(job, async (session) => {
          await session.load(fresh(job));
          const refusal = await session
            .run(jumps(19, 20), rateOf(job))
            .catch((error: unknown) => error);
          expect(refusal).toBeInstanceOf(RangeError);
          expect((refusal as RangeError).message).toMatch(/\b19\b/);
          expect((refusal as RangeError).message).toMatch(/\b8\b/);
          expect((await session.state()).parameters).toEqual(fresh(job).parameters);
        });
      });

      it.each([20, -1])('row %i of a set of 20, and stays as it was', async (row) => {
        const job = smallJob(smallModel(), { batch: 4 });
        const order = Int32Array.of(0, 1, 2, 3, 4, 5, row, 7);
        await withSession(job, async (session) => {
          await session.load(fresh(job));
          const refusal = await session.run(order, rateOf(job)).catch((error: unknown) => error);
          expect(refusal).toBeInstanceOf(RangeError);
          expect((refusal as RangeError).message).toContain(String(row));
          expect((refusal as RangeError).message).toMatch(/\b20\b/);
          expect((await session.state()).parameters).toEqual(fresh(job).parameters);
        });
      });
    });

    it.each(losses)('lets training diverge without an exception: %s', async (loss) => {
      const model = smallModel({ loss, network: { activation: identity } });
      const job = smallJob(model);
      await withSession(job, async (session) => {
        await session.load(fresh(job));
        const losses = await session.run(jumps(8 * job.batch, 20), 1e20);
        expect(losses).toHaveLength(8);
        expect(Number.isFinite(losses[0])).toBe(true);
        expect(Number.isFinite(losses[7])).toBe(false);
        expect(Number.isFinite((await session.state()).parameters.A[0])).toBe(false);
      });
    });

    async function withSession<Result>(
      job: TrainingJob,
      use: (session: TrainingSession) => Promise<Result>,
      of: Engine = engine,
    ): Promise<Result> {
      const session = await of.open(job);
      try {
        return await use(session);
      } finally {
        await session.close();
      }
    }

    function ran(
      job: TrainingJob,
      from: TrainingState,
      orders: readonly Int32Array[],
      offsets?: Float32Array,
      { of, rateFactors }: { of?: Engine; rateFactors?: readonly number[] } = {},
    ): Promise<[number[], TrainingState]> {
      return withSession(
        job,
        async (session) => {
          await session.load(from, offsets);
          const losses: number[] = [];
          for (const [call, order] of orders.entries()) {
            const rate = rateOf(job) * (rateFactors?.[call] ?? 1);
            losses.push(...(await session.run(order, rate)));
          }
          return [losses, await session.state()];
        },
        of,
      );
    }

    async function follows(
      job: TrainingJob,
      {
        steps = 5,
        centred = false,
        offsetScale = 1,
        rateFactors = [1],
      }: {
        steps?: number;
        centred?: boolean;
        offsetScale?: number;
        rateFactors?: readonly number[];
      } = {},
    ): Promise<void> {
      const { count } = job.data;
      const offsets = centred
        ? noise(count * job.model.network.outputs, 5).map((offset) => offsetScale * offset)
        : undefined;
      const order = jumps(steps * job.batch, count);
      const orders = rateFactors.map(() => order);
      const run = (of: Engine) => ran(job, fresh(job), orders, offsets, { of, rateFactors });
      const [losses, state] = await run(engine);
      const [expectedLosses, expected] = await run(reference);
      expect(state.step).toBe(expected.step);
      expect(deviation(losses, expectedLosses)).toBeLessThan(tolerances.losses);
      for (const { name, trained, scale } of parameterTensors(job.model)) {
        const after = expected.parameters[name];
        if (trained && scale > 0) {
          const moved = deviation(fresh(job).parameters[name], after);
          expect(moved, `${name} moves`).toBeGreaterThan(20 * tolerances.parameters);
        }
        expect(deviation(state.parameters[name], after), name).toBeLessThan(tolerances.parameters);
      }
      expect(Object.keys(state.moments ?? {})).toEqual(Object.keys(expected.moments ?? {}));
      for (const moment of ['first', 'second'] as const) {
        for (const [name, tensor] of Object.entries(expected.moments?.[moment] ?? {})) {
          const error = deviation(state.moments![moment][name], tensor);
          expect(error, `${moment} moment of ${name}`).toBeLessThan(tolerances.gradients);
        }
      }
    }
  });
}

function smallJob(
  model: Model,
  {
    optimizer = descent,
    batch = 8,
    count = 20,
  }: { optimizer?: Optimizer; batch?: number; count?: number } = {},
): TrainingJob {
  return { model, optimizer, batch, data: smallSet(model, count) };
}

/** A rate at which a few steps change much and yet are no chaos. */
function rateOf({ model, optimizer }: TrainingJob): number {
  const reparametrised = optimizer.kind === 'adam' ? 0.05 : 0.5;
  return model.gradients === 'standard' ? reparametrised / 5 : reparametrised;
}

function fresh({ model }: TrainingJob): TrainingState {
  return { step: 0, parameters: initialParameters(model, { key: [1, 2], repetition: 3 }) };
}

function spoil({ parameters, moments }: TrainingState): void {
  for (const tensors of [parameters, moments?.first ?? {}, moments?.second ?? {}]) {
    for (const tensor of Object.values(tensors)) tensor.fill(7);
  }
}

function lengths(parameters: Parameters): Record<string, number> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [name, tensor.length]),
  );
}
