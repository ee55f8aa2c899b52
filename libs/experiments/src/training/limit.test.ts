import { seedKey } from '@resdiff/random';
import { detachedContext } from '@resdiff/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallDigits, versionsOf } from '../../test/digits.ts';
import { hasNumpy, numpyOnEach } from '../../test/numpy.ts';
import { plannedData } from '../data.ts';
import { chooseImages } from '../images.ts';
import { training } from '../training.ts';
import { trainingSettings, type TrainingSettings } from './settings.ts';

const digits = smallDigits();
let versions: Readonly<Record<string, string>>;
beforeAll(async () => {
  versions = await versionsOf(digits);
});

/** The dual: as many equations as images, in the kernel of what is trained, by its printed formula. */
const dualRidge = `
E = np.exp(given['sigmaW']**2 * given['T'])
C, r = given['sigmaW']**2 * given['T'], given['sigmaB']**2 / given['sigmaW']**2
slope = given['sigmaZ']**2 * E * (C + given['input'] + given['output'])
constant = r * C * E + given['output'] * r * (E - 1)
n = len(given['labels'])
Z = given['images'].reshape(n, -1) / 255.0
Q = given['testImages'].reshape(len(given['testLabels']), -1) / 255.0
k = lambda a, b: given['sigmaY']**2 * (constant + slope * a @ b.T)
Y = np.eye(10)[given['labels']]
weights = np.linalg.solve(k(Z, Z) + np.eye(n) / n, Y)
answer = {"correct": int(((k(Q, Z) @ weights).argmax(1) == given["testLabels"]).sum())}
`;

async function numpyInput(settings: TrainingSettings, [input, output]: readonly number[]) {
  const origin = { key: seedKey(settings.seed), repetition: 4 };
  const { train, test } = chooseImages(await plannedData(digits, versions), settings, origin);
  return {
    ...{ input, output },
    T: settings.T,
    sigmaW: settings.sigmaW,
    sigmaB: settings.sigmaB,
    sigmaZ: settings.sigmaZ === 'fan-in' ? 1 / 7 : settings.sigmaZ,
    sigmaY: settings.sigmaY,
    images: train.images,
    labels: train.labels,
    testImages: test.images,
    testLabels: test.labels,
  };
}

describe.runIf(hasNumpy)('the limit of a network', () => {
  const settingsOf = (given: Record<string, unknown>) =>
    trainingSettings.parse({
      ...{ data: digits, trainImages: 300, testImages: 180, batch: 100, sigmaB: 0.1 },
      ...given,
    });
  const cases: readonly (readonly [string, Record<string, unknown>, readonly number[]])[] = [
    ['with every layer trained, (37)', {}, [1, 1]],
    ['with a frozen input layer', { inputLayer: 'frozen' }, [0, 1]],
    ['with a frozen output layer', { outputLayer: 'frozen' }, [1, 0]],
    [
      'of other scales',
      { inputLayer: 'frozen', T: 2, sigmaW: 0.7, sigmaB: 0.5, sigmaZ: 0.3, sigmaY: 2 },
      [0, 1],
    ],
  ];
  let correct: number[];
  beforeAll(async () => {
    const inputs = cases.map(([, given, trained]) => numpyInput(settingsOf(given), trained));
    const answers = numpyOnEach(dualRidge, await Promise.all(inputs));
    correct = answers.map((answer) => answer.correct as number);
  });

  it.each(cases.map(([name, given], index) => [name, given, index] as const))(
    'is kernel regression as NumPy solves it in the dual, %s',
    async (_, given, index) => {
      const { notes, batches } = await training.compute(
        settingsOf(given),
        { kind: 'limit', repetition: 4 },
        detachedContext(versions),
      );
      expect(batches).toEqual([]);
      expect(notes).toEqual({ correct: correct[index], count: 180 });
      // Ten classes, and a linear classifier of drawn digits: not by chance.
      expect(correct[index]).toBeGreaterThan(90);
    },
  );
});

it('is computed where nothing but its outer layers can learn', async () => {
  const settings = trainingSettings.parse({
    ...{ data: digits, trainImages: 300, testImages: 180, batch: 100, sigmaW: 0, sigmaB: 0 },
  });
  const { notes } = await training.compute(
    settings,
    { kind: 'limit', repetition: 0 },
    detachedContext(versions),
  );
  expect((notes as { correct: number }).correct).toBeGreaterThan(90);
});
