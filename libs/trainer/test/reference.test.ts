import { activations, identity } from '@resdiff/networks';
import { describe, expect, it } from 'vitest';
import { adam, initialParameters, type Model, type Optimizer } from '../src/index.ts';
import { deviation } from './deviation.ts';
import { finiteDifferences } from './finite-differences.ts';
import { linearModel, linearTraining } from './linear-network.ts';
import { noise, smallModel, smallSet } from './problem.ts';
import {
  referenceEngine,
  referenceGradients,
  referenceLoss,
  referenceScales,
  widen,
} from './reference.ts';

const losses = ['mse', 'cross-entropy'] as const;
const gradients = ['reparametrised', 'standard'] as const;

describe('the gradients of the reference', () => {
  const models = activations.flatMap((activation) =>
    losses.flatMap((loss) =>
      gradients.flatMap((gradients) =>
        [true, false].flatMap((input) =>
          [true, false].map((output) => ({
            activation,
            model: smallModel({
              loss,
              gradients,
              trains: { input, output },
              network: { activation },
            }),
          })),
        ),
      ),
    ),
  );

  it.each(models)(
    'are finite differences: $activation.name, $model.loss, $model.gradients, $model.trains',
    ({ model }) => {
      const parameters = widen(initialParameters(model, { key: [3, 4], repetition: 0 }));
      const { images, targets, count } = smallSet(model, 4);
      const rows = {
        images: Float64Array.from(images),
        targets: Float64Array.from(targets),
        offsets: Float64Array.from(noise(count * model.network.outputs, 5)),
      };
      const { loss, gradients } = referenceGradients(model, parameters, rows);
      expect(loss).toBe(referenceLoss(model, parameters, rows));
      const slopes = finiteDifferences(parameters, (at) => referenceLoss(model, at, rows));
      const { input, output } = model.trains;
      const names = Object.keys(parameters).filter(
        (name) => (name !== 'A' || input) && (name !== 'G' || output),
      );
      expect(Object.keys(gradients)).toEqual(names);
      for (const name of names) {
        const unit = model.gradients === 'standard' ? referenceScales(model.network)[name[0]] : 1;
        const expected = slopes[name].map((slope) => slope / unit);
        expect(deviation(gradients[name], expected), name).toBeLessThan(1e-6);
      }
    },
  );
});

describe('the steps of the reference', () => {
  /** y = 1 + W + b, so both slopes of (y - 0)^2 are 2 y. */
  const scalar: Model = {
    network: {
      width: 1,
      depth: 1,
      inputs: 1,
      outputs: 1,
      T: 1,
      activation: identity,
      sigmaW: 1,
      sigmaB: 1,
      sigmaZ: 1,
      sigmaY: 1,
    },
    loss: 'mse',
    gradients: 'reparametrised',
    trains: { input: false, output: false },
  };

  async function after(steps: number, optimizer: Optimizer): Promise<number[]> {
    const data = { count: 1, images: Float32Array.of(1), targets: Float32Array.of(0) };
    const session = await referenceEngine().open({ model: scalar, optimizer, batch: 1, data });
    const tensor = (value: number) => Float32Array.of(value);
    const parameters = { A: tensor(1), 'W.0': tensor(0), 'b.0': tensor(0), G: tensor(1) };
    await session.load({ step: 0, parameters });
    await session.run(new Int32Array(steps), 0.1);
    const state = await session.state();
    expect(state.step).toBe(steps);
    return [...state.parameters['W.0'], ...state.parameters['b.0']];
  }

  it('of gradient descent are rate times slope: y = 1, then 0.6', async () => {
    for (const value of await after(1, { kind: 'gradient-descent' })) {
      expect(value).toBeCloseTo(-0.2, 7);
    }
    for (const value of await after(2, { kind: 'gradient-descent' })) {
      expect(value).toBeCloseTo(-0.2 - 0.1 * 2 * 0.6, 7);
    }
  });

  it('of Adam are at first the rate against the sign of the slope', async () => {
    for (const value of await after(1, adam())) expect(value).toBeCloseTo(-0.1, 7);
  });

  it('of Adam go on as worked by hand from the slopes 2 and 1.6', async () => {
    const mean = (0.9 * 0.1 * 2 + 0.1 * 1.6) / (1 - 0.81);
    const square = (0.999 * 0.001 * 4 + 0.001 * 2.56) / (1 - 0.998001);
    expect(mean).toBeCloseTo(0.34 / 0.19, 12);
    for (const value of await after(2, adam())) {
      expect(value).toBeCloseTo(-0.1 - (0.1 * mean) / Math.sqrt(square), 7);
    }
  });

  it.each(gradients)('train a linear network as its closed form: %s', async (gradients) => {
    const model = linearModel(gradients);
    const data = smallSet(model, 9);
    const parameters = initialParameters(model, { key: [5, 6], repetition: 0 });
    const [rate, steps] = [0.3, 40];
    const path = linearTraining(model, widen(parameters), data, { rate, steps });
    const session = await referenceEngine().open({
      model,
      optimizer: { kind: 'gradient-descent' },
      batch: 9,
      data,
    });
    await session.load({ step: 0, parameters });
    const losses = await session.run(
      Int32Array.from({ length: 9 * steps }, (_, i) => i % 9),
      rate,
    );
    const expected = path.slice(0, steps).map(({ loss }) => loss);
    expect(expected[0] / expected[steps - 1]).toBeGreaterThan(1.5);
    expect(deviation(losses, expected)).toBeLessThan(1e-12);
    expect(deviation((await session.state()).parameters['W.0'], path[steps].W)).toBeLessThan(1e-7);
  });
});
