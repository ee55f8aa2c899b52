import { shuffle } from '@resdiff/mnist';
import { seedKey } from '@resdiff/random';
import { validateBatch } from '@resdiff/tables';
import { initialParameters } from '@resdiff/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallDigits, versionsOf } from '../../test/digits.ts';
import { hasNumpy, numpyOnEach } from '../../test/numpy.ts';
import { computeInSessions } from '../../test/shard-session.ts';
import { completedNetwork } from '../completed.ts';
import { plannedData } from '../data.ts';
import { asTensors, chooseImages } from '../images.ts';
import { reparametrisation } from '../reparametrisation.ts';
import { reparametrisationSettings } from './settings.ts';
import type { EpochNotes, EpochTask } from './shards.ts';
import { lossesTable } from './table.ts';

const digits = smallDigits();
let versions: Readonly<Record<string, string>>;
beforeAll(async () => {
  versions = await versionsOf(digits);
});

const settingsOf = (given: Record<string, unknown> = {}) =>
  reparametrisationSettings.parse({
    ...{ data: digits, trainImages: 105, testImages: 60, batch: 20, depths: 3, widths: 4 },
    ...given,
  });
type Settings = ReturnType<typeof settingsOf>;

async function computed(settings: Settings, given: Partial<EpochTask> = {}, stopAt = Infinity) {
  const task = { gradients: 'reparametrised', depth: 3, width: 4, ...given } as const;
  const { rows, notes, progress } = await computeInSessions(
    async (context) => {
      const content = await reparametrisation.compute(settings, task, context);
      for await (const batch of content.batches) validateBatch(lossesTable, batch);
      return content;
    },
    { versions, stopAt },
  );
  return {
    rows,
    progress,
    notes: notes as EpochNotes,
    losses: rows.map(({ loss }) => loss as number),
  };
}

/**
 * The network in its own parameters A, W, b, G and in f64, whose every tensor has a rate of its own:
 * the one rate for standard gradients, and the rate times its variance for reparametrised ones.
 */
const epochOfNumpy = `
L, D, batch = given['depth'], given['width'], given['batch']
dt = given['T'] / L
variance = {'A': given['sigmaZ']**2, 'W': given['sigmaW']**2 * dt / D, 'b': given['sigmaB']**2 * dt, 'G': given['sigmaY']**2 / D}
X = given['images'].reshape(-1, given['inputs'])
Y = given['targets'].reshape(-1, 10)
Q = given['testImages'].reshape(-1, given['inputs'])
A = np.sqrt(variance['A']) * given['A'].reshape(D, -1)
W = np.sqrt(variance['W']) * given['W'].reshape(L, D, D)
b = np.sqrt(variance['b']) * given['b'].reshape(L, D)
G = np.sqrt(variance['G']) * given['G'].reshape(10, D)
standard = given['gradients'] == 'standard'
rates = {name: given['rate'] * (1 if standard else variance[name]) for name in variance}

def forward(Z):
    x = Z @ A.T
    states, slopes = [x], []
    for l in range(L):
        h = np.tanh(x @ W[l].T + b[l])
        x = x + h
        states.append(x)
        slopes.append(1 - h**2)
    return states, slopes, x @ G.T

losses = []
for step in range(len(given['order']) // batch):
    rows = given['order'][step * batch:(step + 1) * batch]
    states, slopes, y = forward(X[rows])
    if given['loss'] == 'mse':
        losses.append(((y - Y[rows])**2).mean())
        dy = 2 * (y - Y[rows]) / y.size
    else:
        p = np.exp(y - y.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        losses.append(-(Y[rows] * np.log(p)).sum(1).mean())
        dy = (p - Y[rows]) / batch
    dG, dx = dy.T @ states[L], dy @ G
    dW, db = np.zeros_like(W), np.zeros_like(b)
    for l in reversed(range(L)):
        dh = dx * slopes[l]
        dW[l], db[l] = dh.T @ states[l], dh.sum(0)
        dx = dx + dh @ W[l]
    if given['trained']:
        A -= rates['A'] * dx.T @ X[rows]
        G -= rates['G'] * dG
    W -= rates['W'] * dW
    b -= rates['b'] * db
answer = {'losses': losses, 'correct': int((forward(Q)[2].argmax(1) == given['testLabels']).sum())}
`;

async function numpyInput(settings: Settings, gradients: EpochTask['gradients']) {
  const origin = { key: seedKey(settings.seed), repetition: 0 };
  const images = chooseImages(await plannedData(digits, versions), settings, origin);
  const [train, test] = [asTensors(images.train, 10), asTensors(images.test, 10)];
  const network = completedNetwork(settings, { width: 4, depth: 3, inputs: 49, outputs: 10 });
  const trains = { input: true, output: true };
  const { A, G, ...layers } = initialParameters({ network, trains }, origin);
  const joined = (name: string) =>
    [0, 1, 2].flatMap((layer) => Array.from(layers[`${name}.${layer}`]));
  const { T, sigmaW, sigmaB, sigmaZ, sigmaY } = network;
  return {
    ...{ depth: 3, width: 4, inputs: 49, batch: settings.batch, gradients, loss: settings.loss },
    ...{ T, sigmaW, sigmaB, sigmaZ, sigmaY, A, G, W: joined('W'), b: joined('b') },
    rate: gradients === 'standard' ? settings.rateStandard : settings.rateReparametrised,
    trained: settings.outerLayers === 'trained' ? 1 : 0,
    order: shuffle(105, { key: origin.key, draw: 0, epoch: 1 }).subarray(0, 100),
    images: train.images,
    targets: train.targets,
    testImages: test.images,
    testLabels: images.test.labels,
  };
}

describe.runIf(hasNumpy)('an epoch', () => {
  const cases = [
    ['reparametrised', {}],
    ['standard', {}],
    ['reparametrised', { outerLayers: 'frozen', sigmaY: 'unscaled', sigmaZ: 1 }],
    ['standard', { outerLayers: 'frozen', loss: 'mse', T: 2 }],
    ['reparametrised', { loss: 'mse', sigmaW: 0.6, sigmaB: 0.3, sigmaY: 2 }],
  ] as const;
  let answers: { losses: number[]; correct: number }[];
  beforeAll(async () => {
    const inputs = cases.map(async ([gradients, given]) => {
      const settings = settingsOf(given);
      const exchanged = {
        ...settings,
        rateStandard: settings.rateReparametrised,
        rateReparametrised: settings.rateStandard,
      };
      const other = gradients === 'standard' ? 'reparametrised' : 'standard';
      return [await numpyInput(settings, gradients), await numpyInput(exchanged, other)];
    });
    answers = numpyOnEach(epochOfNumpy, (await Promise.all(inputs)).flat()) as typeof answers;
  });

  it.each(cases.map((given, index) => [...given, index] as const))(
    'with %s gradients is that of the network in its own parameters, each at its own rate: %j',
    async (gradients, given, index) => {
      const settings = settingsOf(given);
      const { losses, notes } = await computed(settings, { gradients });
      // Both would be the same had the rates not been told apart.
      const [expected, wrong] = answers.slice(2 * index);
      // Rounding of 32-bit numbers over five steps.
      expect(losses).toHaveLength(5);
      losses.forEach((loss, step) => expect(loss / expected.losses[step]).toBeCloseTo(1, 4));
      expect(notes).toEqual({ correct: expected.correct, count: 60 });
      expect(Math.abs(losses[4] / wrong.losses[4] - 1)).toBeGreaterThan(1e-3);
    },
  );
});

it('begins all networks of a size at the same function, whatever their gradients', async () => {
  const [one, other] = await Promise.all([
    computed(settingsOf()),
    computed(settingsOf(), { gradients: 'standard' }),
  ]);
  expect(one.losses[0]).toBe(other.losses[0]);
  expect(one.losses[1]).not.toBe(other.losses[1]);
});

it('has a row a step, leaves out a batch that is not whole, and says how far it is', async () => {
  const settings = settingsOf({ depths: 30, widths: 40 });
  const { rows, notes, progress } = await computed(settings, { depth: 30, width: 40 });
  expect(rows).toHaveLength(5);
  expect(rows.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
  for (const row of rows)
    expect(row).toMatchObject({ depth: 30, width: 40, rate: 3, gradients: 0 });
  expect(notes.count).toBe(60);
  expect(progress.flat().every((now, i, all) => i === 0 || now >= all[i - 1])).toBe(true);
  expect(progress.flat().at(-1)).toBe(1);
});

it('notes that a training diverged, and has NaN from there on', async () => {
  const { losses, notes } = await computed(settingsOf({ rateReparametrised: 1e30, loss: 'mse' }));
  expect(notes).toEqual({ correct: null, count: 60 });
  const lost = losses.findIndex(Number.isNaN);
  expect(lost).toBeGreaterThan(0);
  expect(losses.slice(lost).every(Number.isNaN)).toBe(true);
  expect(losses.slice(0, lost).every(Number.isFinite)).toBe(true);
});

it('plans a shard for each kind of gradients, depth and width', () => {
  const { shards, parts } = reparametrisation.plan(
    settingsOf({ depths: [2, 30], widths: [4, 5, 6] }),
  );
  expect(shards.map(({ id }) => id)).toEqual(
    ['reparametrised', 'standard'].flatMap((gradients) =>
      [2, 30].flatMap((depth) => [4, 5, 6].map((width) => `${gradients}-L${depth}-D${width}`)),
    ),
  );
  for (const { id, rows, cost } of shards) {
    expect(id).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/);
    expect([rows, cost > 0]).toEqual([5, true]);
  }
  expect(parts.map(({ part, shards, rows }) => [part, shards, rows])).toEqual([
    ['reparametrised', 6, 30],
    ['standard', 6, 30],
  ]);
});
