import { describe, expect, it } from 'vitest';
import { experiments } from './registry.ts';
import { show } from './yaml-text.ts';

const settingsOf = experiments.flatMap((experiment) =>
  Object.keys(experiment.keys).map((key) => ({ experiment, key })),
);

/** What is said of a key with this value; the words of every refusal. */
function refusal({ experiment, key }: (typeof settingsOf)[number], value: unknown) {
  const { error } = experiment.settings.safeParse({ [key]: value });
  return error?.issues.map(({ path, message }) => ({ key: String(path[0]), message }));
}

/** Keys of numbers that enter what is computed, by experiment; those of counts take whole numbers. */
const isSized = (each: (typeof settingsOf)[number]) =>
  [2, [2]].some((value) => !refusal(each, value)?.some(({ key }) => key === each.key)) &&
  [2.5, [2.5]].some((value) => !refusal(each, value)?.some(({ key }) => key === each.key));

describe('numbers beyond what is computed with are refused', () => {
  const sized = settingsOf.filter(isSized);

  it('wherever they could be given', () => {
    const keys = new Set(sized.map(({ key }) => key));
    expect([...keys]).toEqual(
      expect.arrayContaining(['inputs', 'T', 'sigmaW', 'sigmaB', 'horizon', 'sigmaZ', 'range']),
    );
    expect(keys).not.toContain('draws');
  });

  it.each(sized.map((each) => [each.experiment.name, each.key, each] as const))(
    '%s: %s',
    (_, key, each) => {
      for (const size of [1e200, 1e31, 9e-31, 1e-320]) {
        for (const value of [size, [size]]) {
          const said = refusal(each, value);
          expect(
            said?.map((one) => one.key),
            show(value),
          ).toContain(key);
        }
      }
      const message = refusal(each, 1e200)!.map((one) => one.message);
      expect(message).toContainEqual(expect.stringMatching(/1e30|up to 1$|from -/));
    },
  );
});

describe('whatever a setting is given', () => {
  const values = [
    ...[0, -0, -1, 0.5, 1e-320, 1e16, 1e30, 1e308, Infinity, NaN, 2 ** 31, 2 ** 53 + 2],
    ...['', ' ', 'frob', '__proto__', '1,2', ',', null, true, {}, { a: 1 }, new Date(0)],
    ...[[], [1], [1, 1], [[1]], [null], ['frob'], [1e200, 1], new Set([1])],
  ];

  it.each(experiments.map((experiment) => [experiment.name, experiment] as const))(
    '%s takes it or says what it must be',
    (_, experiment) => {
      for (const key of Object.keys(experiment.keys)) {
        for (const value of values) {
          for (const { message } of refusal({ experiment, key }, value) ?? []) {
            expect(message, `${key}: ${show(value)}`).toMatch(/^must [^\n]*[^.\n]$/);
          }
        }
      }
    },
  );
});

describe('a word that is repeated is refused, as a number is', () => {
  it.each([
    ['draws', 'processes', 'resnet'],
    ['correlations', 'models', 'residual-tanh'],
    ['parameter-laws', 'laws', 'iid'],
    ['training', 'optimizer', 'sgd'],
    ['kernel-regression', 'kernels', 'prior'],
    ['explosion', 'activations', 'swish'],
  ])('%s: %s', (name, key, word) => {
    const experiment = experiments.find((each) => each.name === name)!;
    for (const value of [[word, word], `${word}, ${word}`]) {
      const said = refusal({ experiment, key }, value)!;
      expect(said.find((one) => one.key === key)?.message).toMatch(
        /^must be one or more of .*, each once$/,
      );
    }
    const once = refusal({ experiment, key }, [word]) ?? [];
    expect(once.filter((one) => one.key === key && one.message.endsWith('once'))).toEqual([]);
  });
});
