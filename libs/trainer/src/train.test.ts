import { identity } from '@resdiff/networks';
import { describe, expect, it } from 'vitest';
import { jumps, noise, smallModel, smallSet } from '../test/problem.ts';
import { referenceEngine } from '../test/reference.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { Engine, TrainingSession } from './engine.ts';
import { initialParameters } from './initial-parameters.ts';
import { accuracy, lossOf } from './losses.ts';
import type { Loss, Model } from './model.ts';
import { adam } from './optimizer.ts';
import { train } from './train.ts';
import type { EpochEnd, LabelledSet, Training } from './training.ts';

const count = 12;
const engine = referenceEngine(Math.fround);

/** Classes that depend linearly on the image, as one-hot targets. */
function classes({ network }: Model, count: number, label: number): LabelledSet {
  const { inputs, outputs } = network;
  const images = noise(count * inputs, label);
  const labels = Uint8Array.from({ length: count }, (_, image) => {
    const scores = images.subarray(image * inputs, image * inputs + outputs);
    return scores.indexOf(Math.max(...scores));
  });
  const targets = new Float32Array(count * outputs);
  labels.forEach((label, image) => {
    targets[image * outputs + label] = 1;
  });
  return { count, images, targets, labels };
}

function training(change: Partial<Training> = {}, loss: Loss = 'cross-entropy'): Training {
  const model = smallModel({ loss });
  return {
    engine,
    job: {
      model,
      optimizer: { kind: 'gradient-descent' },
      batch: 4,
      data: classes(model, count, 11),
    },
    initial: () => initialParameters(model, { key: [1, 2], repetition: 0 }),
    epochs: 5,
    rate: 1,
    order: (epoch) => jumps(count, count).map((row) => (row + epoch) % count),
    evaluate: classes(model, 9, 12),
    ...change,
  };
}

/** A training, and all that it tells of its epochs. */
async function followed(of: Training) {
  const ends: EpochEnd[] = [];
  const history = await train({ ...of, onEpoch: (end) => void ends.push(end) });
  return { history, ends, last: ends[ends.length - 1]?.checkpoint };
}

describe('train', () => {
  it('takes the steps of its orders and records each epoch', async () => {
    const asked = training();
    const { history, ends } = await followed(asked);
    const session = await engine.open(asked.job);
    await session.load({ step: 0, parameters: asked.initial() });
    const judge = async (of: LabelledSet) => {
      const outputs = await session.outputs(of.images);
      return [lossOf('cross-entropy', outputs, of.targets, 3), accuracy(outputs, of.labels, 3)];
    };
    expect(history.records).toHaveLength(6);
    for (const [epoch, record] of history.records.entries()) {
      const losses = epoch === 0 ? [] : [...(await session.run(asked.order(epoch), 1))];
      const [testLoss, testAccuracy] = await judge(asked.evaluate);
      const [wholeLoss] = await judge(asked.job.data as LabelledSet);
      const trainLoss = epoch === 0 ? wholeLoss : (losses[0] + losses[1] + losses[2]) / 3;
      expect(record).toEqual({ epoch, trainLoss, testLoss, testAccuracy });
      expect(ends[epoch].record).toBe(record);
      expect([...ends[epoch].losses]).toEqual(losses);
      const { checkpoint } = ends[epoch];
      expect(checkpoint.epoch).toBe(epoch);
      expect(checkpoint.records).toEqual(history.records.slice(0, epoch + 1));
      expect(checkpoint.state).toEqual(await session.state());
    }
    expect(Object.keys(history)).toEqual(['records']);
  });

  it('learns', async () => {
    const model = smallModel({ loss: 'cross-entropy' });
    const { history } = await followed(
      training({
        job: { ...training().job, data: classes(model, 120, 11), batch: 10 },
        evaluate: classes(model, 200, 12),
        order: () => Int32Array.from({ length: 120 }, (_, k) => (7 * k) % 120),
        epochs: 30,
      }),
    );
    expect(history.records[0].testAccuracy).toBeLessThan(0.6);
    expect(history.records[30].testAccuracy).toBeGreaterThan(0.8);
    expect(history.records[30].trainLoss).toBeLessThan(history.records[1].trainLoss / 2);
  });

  it('records for full-batch steps the loss before each', async () => {
    const asked = training({ job: { ...training().job, batch: count } });
    const { history } = await followed({
      ...asked,
      order: () => Int32Array.from({ length: count }, (_, row) => row),
    });
    expect(history.records[1].trainLoss).toBeCloseTo(history.records[0].trainLoss, 6);
    expect(history.records[2].trainLoss).toBeLessThan(history.records[1].trainLoss);
  });

  it('records the initial network alone for 0 epochs', async () => {
    const { history, last } = await followed(training({ epochs: 0 }));
    expect(history.records).toHaveLength(1);
    expect(last.state.parameters).toEqual(training().initial());
  });

  describe('centred', () => {
    it('starts from the function 0', async () => {
      for (const loss of ['mse', 'cross-entropy'] as const) {
        const asked = training({ centred: true, epochs: 0 }, loss);
        const { history } = await followed(asked);
        const { labels } = asked.evaluate;
        const lossOfZero = loss === 'mse' ? 1 / 3 : Math.log(3);
        expect(history.records[0].trainLoss).toBeCloseTo(lossOfZero, 12);
        expect(history.records[0].testLoss).toBeCloseTo(lossOfZero, 12);
        expect(history.records[0].testAccuracy).toBe(
          Array.from(labels).filter((label) => label === 0).length / labels.length,
        );
      }
    });

    it('subtracts the initial function from the loss and where it is judged', async () => {
      const asked = training({ centred: true }, 'mse');
      const { ends, history } = await followed(asked);
      const { job, evaluate } = asked;
      const session = await engine.open(job);
      await session.load({ step: 0, parameters: asked.initial() });
      const offsets = {
        train: await session.outputs(job.data.images),
        test: await session.outputs(evaluate.images),
      };
      expect(history.initialOutputs).toEqual(offsets);
      const targets = job.data.targets.map((target, i) => target + offsets.train[i]);
      const shifted = await engine.open({ ...job, data: { ...job.data, targets } });
      await shifted.load({ step: 0, parameters: asked.initial() });
      for (let epoch = 1; epoch <= asked.epochs; epoch++) {
        const losses = await shifted.run(asked.order(epoch), asked.rate);
        ends[epoch].losses.forEach((loss, k) => expect(loss).toBeCloseTo(losses[k], 5));
        const outputs = await shifted.outputs(evaluate.images);
        const centred = Float64Array.from(outputs, (y, i) => y - offsets.test[i]);
        const { testLoss, testAccuracy } = ends[epoch].record;
        expect(testLoss).toBeCloseTo(lossOf('mse', centred, evaluate.targets, 3), 5);
        expect(testAccuracy).toBe(accuracy(centred, evaluate.labels, 3));
      }
      const { history: uncentred } = await followed({ ...asked, centred: false });
      expect(Math.abs(uncentred.records[5].testLoss - history.records[5].testLoss)).toBeGreaterThan(
        0.01,
      );
    });
  });

  describe('resumed from a checkpoint that was written', () => {
    const kinds = [{ kind: 'gradient-descent' } as const, adam()].flatMap((optimizer) =>
      [true, false].map((centred) => ({ optimizer, centred })),
    );

    it.each(kinds)(
      'goes on to the same bits: $optimizer.kind, centred $centred',
      async ({ optimizer, centred }) => {
        const asked = training({ job: { ...training().job, optimizer }, centred, rate: 0.1 });
        const whole = await followed(asked);
        for (const { checkpoint } of whole.ends) {
          const bytes = Buffer.concat([...encodeCheckpoint(checkpoint, { optimizer, centred })]);
          const resume = decodeCheckpoint(bytes, { centred, optimizer });
          const resumed = await followed({
            ...asked,
            initial: () => expect.fail('the initial parameters are not needed'),
            resume,
          });
          expect(resumed.history).toEqual(whole.history);
          expect(resumed.ends).toHaveLength(5 - checkpoint.epoch);
          if (resumed.last) expect(resumed.last).toEqual(whole.last);
        }
      },
    );

    it('does not open an engine where nothing is left to do', async () => {
      const { last, history } = await followed(training());
      const none: Engine = { ...engine, open: () => expect.fail('nothing is left to do') };
      expect(await train(training({ engine: none, resume: last }))).toEqual(history);
    });
  });

  describe('where it diverges', () => {
    const diverging = () => {
      const model = smallModel({ network: { activation: identity } });
      return training({
        job: { ...training().job, model, data: classes(model, count, 11) },
        rate: 1e6,
        epochs: 50,
      });
    };

    it('records it and ends', async () => {
      const { history, ends, last } = await followed(diverging());
      const { divergedAt, records } = history;
      expect(divergedAt).toBeGreaterThan(0);
      expect(divergedAt).toBeLessThan(50);
      expect(records).toHaveLength(divergedAt! + 1);
      expect(ends).toHaveLength(divergedAt! + 1);
      expect(last.divergedAt).toBe(divergedAt);
      for (const record of records.slice(0, -1)) {
        expect(Number.isFinite(record.trainLoss)).toBe(true);
        expect(Number.isFinite(record.testLoss)).toBe(true);
      }
      const resume = decodeCheckpoint(Buffer.concat([...encodeCheckpoint(last, {})]), {});
      expect(await train({ ...diverging(), resume })).toEqual(history);
    });

    it('knows it by a parameter alone', async () => {
      const wrapped = wrap((session) => ({
        ...session,
        async state() {
          const state = await session.state();
          if (state.step >= 6) state.parameters['b.1'][3] = Infinity;
          return state;
        },
      }));
      const history = await train(training({ engine: wrapped }));
      expect(history.divergedAt).toBe(2);
      expect(history.records).toHaveLength(3);
    });

    it.each([NaN, Infinity])('knows it by one loss of %f alone', async (bad) => {
      const wrapped = wrap((session) => ({
        ...session,
        async run(order, rate) {
          const losses = await session.run(order, rate);
          losses[1] = bad;
          return losses;
        },
      }));
      expect((await train(training({ engine: wrapped }))).divergedAt).toBe(1);
    });
  });

  describe('closes its session', () => {
    const counted = () => {
      let open = 0;
      const counting: Engine = {
        ...engine,
        open: async (job) => {
          const session = await engine.open(job);
          open++;
          return { ...session, close: () => (open--, session.close()) };
        },
      };
      return { counting, stillOpen: () => open };
    };

    it('at the end, and where a callback or an order fails', async () => {
      const { counting, stillOpen } = counted();
      await train(training({ engine: counting }));
      expect(stillOpen()).toBe(0);
      const failing = training({
        engine: counting,
        onEpoch: ({ record }) => {
          if (record.epoch === 2) throw new Error('the disk is full');
        },
      });
      await expect(train(failing)).rejects.toThrow('the disk is full');
      expect(stillOpen()).toBe(0);
      const uneven = training({ engine: counting, order: () => new Int32Array(5) });
      await expect(train(uneven)).rejects.toThrow(RangeError);
      expect(stillOpen()).toBe(0);
    });
  });

  it('waits for its callback', async () => {
    const seen: string[] = [];
    await train(
      training({
        epochs: 1,
        order: () => (seen.push('order'), jumps(count, count)),
        onEpoch: async ({ record, session }) => {
          const outputs = await session.outputs(noise(7, 1));
          seen.push(`epoch ${record.epoch}: ${outputs.length} outputs`);
        },
      }),
    );
    expect(seen).toEqual(['epoch 0: 3 outputs', 'order', 'epoch 1: 3 outputs']);
  });

  describe('refuses', () => {
    const { job, evaluate } = training();
    const changed = (change: Partial<Training['job']>) => ({ job: { ...job, ...change } });
    const noBiases = smallModel({ gradients: 'standard', network: { sigmaB: 0 } });

    it.each<[string, Partial<Training>, string]>([
      ['a batch of 0', changed({ batch: 0 }), 'a batch of 0 cannot be taken from a training set'],
      ['a batch of 1.5', changed({ batch: 1.5 }), 'a batch of 1.5 cannot be'],
      ['a batch larger than the set', changed({ batch: 13 }), 'a batch of 13 cannot be taken from'],
      [
        'an empty set',
        changed({ data: { ...job.data, count: 0 } }),
        'the training set has 1 image or more, not 0',
      ],
      [
        'images of another size',
        changed({ data: { ...job.data, images: new Float32Array(80) } }),
        'the images of the training set are 12 x 7 numbers, not 80',
      ],
      [
        'targets of another size',
        { evaluate: { ...evaluate, targets: new Float32Array(9) } },
        'the targets of the evaluation set are 9 x 3 numbers, not 9',
      ],
      [
        'fewer labels than images',
        { evaluate: { ...evaluate, labels: [0, 1] } },
        'the evaluation set has 9 images and 2 labels',
      ],
      [
        'a label that is no class',
        { evaluate: { ...evaluate, labels: [0, 1, 2, 0, 1, 2, 0, 1, 3] } },
        'label 3 is none of the 3 classes, 0 to 2',
      ],
      ['half an epoch', { epochs: 2.5 }, 'the epochs of a training are a whole number, not 2.5'],
      ['an empty order', { order: () => new Int32Array(0) }, 'the order of epoch 1 has no rows'],
      ['a rate of 0', { rate: 0 }, 'a learning rate is a positive number, not 0'],
      ['no rate', { rate: NaN }, 'a learning rate is a positive number, not NaN'],
      ['an infinite rate', { rate: Infinity }, 'a learning rate is a positive number'],
      ['a beta of 1', changed({ optimizer: adam({ beta1: 1 }) }), 'beta1 of Adam is in [0, 1)'],
      [
        'an epsilon of 0',
        changed({ optimizer: adam({ epsilon: 0 }) }),
        'epsilon of Adam is positive, not 0',
      ],
      [
        'standard gradients of what has no scale',
        changed({ model: noBiases, data: smallSet(noBiases, count) }),
        'b.0 has scale 0, so standard gradients cannot train it',
      ],
      [
        'initial parameters of another network',
        { initial: () => ({ A: new Float32Array(35), 'W.0': new Float32Array(9) }) },
        'parameter tensor W.0 has 5 x 5 numbers, not 9',
      ],
      ['no initial parameters', { initial: () => ({}) }, 'parameter tensor A has 5 x 7 numbers'],
    ])('%s', async (_, change, message) => {
      const refusal = train(training(change));
      await expect(refusal).rejects.toThrow(RangeError);
      await expect(refusal).rejects.toThrow(message);
    });

    it.each<[string, Partial<Training>, (checkpoint: Checkpoint) => Checkpoint, string]>([
      [
        'of a later epoch',
        { epochs: 3 },
        (checkpoint) => checkpoint,
        'a checkpoint of epoch 5 cannot go on to epoch 3',
      ],
      [
        'of another network',
        {},
        ({ state, ...rest }) => ({
          ...rest,
          state: { ...state, parameters: { ...state.parameters, G: new Float32Array(4) } },
        }),
        'parameter tensor G has 3 x 5 numbers, not 4',
      ],
      [
        'without moments for Adam',
        changed({ optimizer: adam() }),
        (checkpoint) => checkpoint,
        'a checkpoint without moments is not of adam',
      ],
      [
        'with moments of other tensors',
        changed({ optimizer: adam() }),
        ({ state, ...rest }) => ({
          ...rest,
          state: { ...state, moments: { first: state.parameters, second: {} } },
        }),
        'second moment of A has 5 x 7 numbers, not none',
      ],
      [
        'that is not centred for a training that is',
        { centred: true },
        (checkpoint) => checkpoint,
        'a checkpoint without initial outputs is not of a training that is centred',
      ],
      [
        'of other images',
        { centred: true },
        (checkpoint) => ({
          ...checkpoint,
          initialOutputs: { train: new Float32Array(36), test: new Float32Array(30) },
        }),
        'the checkpoint has 30 initial outputs (test), not 27',
      ],
    ])('a checkpoint %s', async (_, change, spoil, message) => {
      const { last } = await followed(training());
      const refusal = train(training({ ...change, resume: spoil(last) }));
      await expect(refusal).rejects.toThrow(RangeError);
      await expect(refusal).rejects.toThrow(message);
    });
  });
});

function wrap(change: (session: TrainingSession) => TrainingSession): Engine {
  return { ...engine, open: async (job) => change(await engine.open(job)) };
}
