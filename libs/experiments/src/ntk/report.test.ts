import { limitNtk, linearNetworkNtk } from '@resdiff/limits';
import { describe, expect, it } from 'vitest';
import { ntkBatches, ntkRun, ntkSamplesOf, ntkSettingsOf } from '../../test/ntk-runs.ts';
import { figureTexts, wholeReport } from '../../test/report-checks.ts';
import { runOfBatches } from '../../test/shard-session.ts';
import { pick } from '../../test/support.ts';
import { ntk } from '../ntk.ts';
import { judge } from '../summary.ts';
import { estimateNtk } from './estimates.ts';
import { reportNtk } from './report.ts';
import type { NtkSettings } from './settings.ts';

const reportOf = (given: Record<string, unknown> = {}) => {
  const settings = ntkSettingsOf(given);
  return reportNtk(settings, ntkRun(settings));
};

/** A run of one size and input whose kernels are written down. */
function runOf(weights: readonly number[], biases: readonly number[]) {
  const rows = weights.length;
  return runOfBatches([
    {
      rows,
      columns: {
        size: new Int32Array(rows).fill(9),
        draw: Int32Array.from(weights, (_, draw) => draw),
        z: new Float64Array(rows).fill(2),
        otherZ: new Float64Array(rows).fill(2),
        weights: Float64Array.from(weights),
        biases: Float64Array.from(biases),
      },
    },
  ]);
}

describe('the estimates', () => {
  it('are means, beside the mean field and the limit, and standard deviations', async () => {
    const settings = ntkSettingsOf({ size: 9, inputs: 2, draws: 4 });
    const { summary, shown, warnings } = await reportNtk(
      settings,
      runOf([1, 2, 3, 6], [1, 1, 3, 3]),
    );
    const at = { part: 'weights', size: 9, z: [2, 2] };
    const [meanField, limit] = pick(summary.estimates, 'mean', at);
    const se = Math.sqrt(14 / 3 / 4);
    expect(meanField).toMatchObject({
      ...{ value: 3, se: expect.closeTo(se, 12) as unknown },
      source: 'mean field of the recursion, D = infinity, L = 9',
    });
    // K_W = (z^2 + 1) e - (e - 1) for sigmaW = sigmaB = T = 1.
    expect(limit.expected).toBeCloseTo(4 * Math.E + 1, 12);
    expect(limit.z).toBeCloseTo((3 - limit.expected!) / se, 12);
    const [deviation] = pick(summary.estimates, 'standardDeviation', at);
    expect(deviation.value).toBeCloseTo(Math.sqrt(14 / 3), 12);
    // The fourth central moment is 24.5, the second 3.5; by the delta method.
    expect(deviation.se).toBeCloseTo(
      Math.sqrt((24.5 - 3.5 ** 2) / 3) / (2 * Math.sqrt(14 / 3)),
      12,
    );
    expect(pick(summary.estimates, 'mean', { part: 'biases' })[1].expected).toBeCloseTo(
      Math.E - 1,
      12,
    );
    expect(pick(summary.estimates, 'nonFiniteDraws')).toMatchObject([{ value: 0 }]);
    expect(shown).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  it('of linear networks are held against what is exact there', async () => {
    const given = { activation: 'identity', sigmaW: 1.2, sigmaB: 0.3, T: 0.8 };
    const { summary } = await reportOf(given);
    const exact = linearNetworkNtk(Float64Array.of(2), { ...given, slope: 1, depth: 9 });
    const [held, limit] = pick(summary.estimates, 'mean', { part: 'weights', size: 9, z: [1, 2] });
    expect(held.expected).toBe(exact.weights[0]);
    expect(held.source).toBe('exact mean of linear networks, L = 9, any D');
    expect(limit.expected).toBe(
      limitNtk(Float64Array.of(2), { ...given, p1: 1, p2: 0 }, 0.8).weights[0],
    );
  });

  it('do not depend on shards', async () => {
    const settings = ntkSettingsOf();
    const whole = await wholeReport(ntk.report(settings, ntkRun(settings)));
    expect(await wholeReport(ntk.report(settings, ntkRun(settings, 7)))).toEqual(whole);
  });

  it.each([
    ['tanh', {}],
    ['no limit', { activation: 'relu' }],
    ['curvature', { activation: 'swish' }],
    ['one draw', { draws: 1 }],
    ['one input and one size', { inputs: 0, size: 5 }],
    ['no parameters', { sigmaW: 0, sigmaB: 0 }],
    ['eight inputs', { inputs: [1, 2, 3, 4, 5, 6, 7, 8], size: 3 }],
    ['divergence', { activation: 'identity', T: 1e30 }],
  ])('are of one shape that JSON holds: %s', async (_, given) => {
    const { summary, shown } = await reportOf(given);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    expect(new Set(summary.estimates.map((each) => JSON.stringify(each))).size).toBe(
      summary.estimates.length,
    );
    expect(summary.estimates).toEqual(expect.arrayContaining([...shown]));
  });
});

describe('the verdict', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  const drawn = (given: Record<string, unknown>) =>
    Promise.all(
      seeds.map(async (seed) => {
        const settings = ntkSettingsOf({ ...given, seed });
        return { settings, samples: await ntkSamplesOf(settings) };
      }),
    );
  const draws = new Map<object, ReturnType<typeof drawn>>();
  const verdicts = async (given: Record<string, unknown>, believed: Partial<NtkSettings> = {}) => {
    if (!draws.has(given)) draws.set(given, drawn(given));
    return (await draws.get(given)!).map(({ settings, samples }) => {
      const { basis } = estimateNtk({ ...settings, ...believed }, samples);
      return judge(basis.judged, String, basis.degrees).agreement;
    });
  };
  const disagreeing = (found: readonly (boolean | null)[]) =>
    found.filter((agreement) => agreement === false).length;

  const linear = { activation: 'identity', size: [3, 8], draws: 1000 };
  const wide = { activation: 'tanh', size: [2, 100], draws: 150 };

  // Each has a false-alarm rate of at most 0.01, so more than 2 of 20 occur at 0.001. At D = L = 100 the
  // bias of the mean field is a third of a standard error.
  it.each([
    ['linear networks, at every size', linear],
    ['the networks that are wide enough', wide],
  ])('is agreement for %s', async (_, given) => {
    const found = await verdicts(given);
    expect(disagreeing(found)).toBeLessThanOrEqual(2);
    expect(found).not.toContain(null);
  });

  it.each([
    ['sigmaW', linear, { sigmaW: 1.1 }],
    ['sigmaB', linear, { sigmaB: 1.2 }],
    ['T', wide, { T: 1.2 }],
    ['the activation', wide, { activation: 'identity' }],
  ])('is disagreement if %s is not what theory is told', async (_, given, believed) => {
    expect(disagreeing(await verdicts(given, believed))).toBe(20);
  });

  it('names the largest deviation', async () => {
    const right = await reportOf({ activation: 'identity', draws: 200 });
    expect(right.summary.verdict).toMatchObject({ agreement: true, comparisons: 12 });
    expect(right.summary.verdict.text).toMatch(
      /^The mean kernels agree with what is exact at their own depth and width: the largest deviation is \d\.\d\d standard errors \((weights|biases) at D = L = [49], z = [12], [12]\)\.$/,
    );
    const narrow = await reportOf({ size: [2, 4], T: 6, draws: 3000 });
    expect(narrow.summary.verdict).toMatchObject({ agreement: null, comparisons: 0 });
    expect(narrow.summary.verdict.text).toBe(
      'No estimate could be held against theory. Estimates that are not judged: 12 since the finite width may change them by more than a third of the standard error of 3,000 draws.',
    );
    expect(narrow.shown.map(({ at }) => at.size)).toEqual(
      [2, 4].flatMap((size) => new Array<number>(6).fill(size)),
    );
  });

  it.each(['swish', 'relu'])('leaves %s to the reader', async (activation) => {
    const { summary, shown } = await reportOf({ activation });
    expect(summary.verdict.agreement).toBeNull();
    expect(summary.verdict.text).toMatch(
      new RegExp(`^No estimate could be held against theory: ${activation} is curved or kinked`),
    );
    expect(shown).toHaveLength(12);
    expect(shown.every(({ z }) => z !== null)).toBe(true);
    expect(summary.estimates.filter(({ source }) => source?.startsWith('limit'))).toEqual([]);
  });

  it('does not take rounding for a deviation', async () => {
    const { summary, warnings } = await reportOf({ T: 1e-12, activation: 'identity', draws: 500 });
    expect(summary.verdict.agreement).toBeNull();
    expect(warnings).toEqual([
      'The verdict leaves out 12 of 12 estimates, whose standard errors are below what gradients of 32 bits resolve.',
    ]);
  });
});

describe('draws that left the finite numbers', () => {
  it('are left out and counted, and their size is not judged', async () => {
    const settings = ntkSettingsOf({ activation: 'identity', size: 9, inputs: 2, draws: 4 });
    const { summary, warnings } = await reportNtk(settings, runOf([1, 3, NaN, 2], [1, 1, NaN, 1]));
    expect(pick(summary.estimates, 'nonFiniteDraws', { size: 9 })).toMatchObject([{ value: 1 }]);
    expect(pick(summary.estimates, 'mean', { part: 'weights' })[0].value).toBe(2);
    expect(summary.verdict.agreement).toBeNull();
    expect(warnings).toEqual([
      'D = L = 9: 1 of 4 draws left the finite numbers; they are left out of moments and figure, and the size out of the verdict.',
    ]);
  });

  it('if they are all, leave no figure', async () => {
    const { warnings, artifacts } = await reportOf({ activation: 'identity', T: 1e30 });
    expect(warnings).toHaveLength(3);
    expect(warnings[2]).toBe('No figure: no draw has a finite kernel.');
    expect(await artifacts()).toEqual({});
  });
});

describe('the figure', () => {
  const panels = (texts: readonly string[]) => texts.filter((text) => text.startsWith('K_'));

  it('has a row for each part and a column for each pair, and says what was drawn', async () => {
    const report = await reportOf({ T: 2, sigmaB: 0.5, draws: 1234 });
    const texts = await figureTexts(report);
    expect(panels(texts)).toEqual(
      ['K_W, of the weights', 'K_b, of the biases'].flatMap((kernel) =>
        ['z = z′ = 1', 'z = 1, z′ = 2', 'z = z′ = 2'].map((pair) => `${kernel}: ${pair}`),
      ),
    );
    expect(texts).toEqual(
      expect.arrayContaining([
        'Tangent kernels at initialization',
        'tanh, T = 2, σw = 1, σb = 0.5, 1,234 draws of each size',
        'networks: mean and 2 standard deviations',
        'mean field: D = ∞, same L',
        'limit: D = L = ∞',
        'D = L',
      ]),
    );
    const figures = await report.artifacts();
    expect(figures['figure.svg']).not.toMatch(/NaN|Infinity|undefined/);
    const png = figures['figure.png'] as Uint8Array;
    expect([...png.slice(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  it.each([
    ['relu has no limit', { activation: 'relu' }, 6, ['mean field: D = ∞, same L']],
    ['linear networks have exact means', { activation: 'identity' }, 6, ['exact mean']],
    ['one input makes one pair', { inputs: 3 }, 2, ['mean field: D = ∞, same L']],
    ['more inputs show the first two', { inputs: [1, 2, 3] }, 6, []],
    ['one size is a point', { size: 5 }, 6, ['limit: D = L = ∞']],
  ])('of what there is: %s', async (_, given, count, labels) => {
    const texts = await figureTexts(await reportOf(given));
    expect(panels(texts)).toHaveLength(count);
    expect(texts).toEqual(expect.arrayContaining(labels));
    expect(texts.includes('limit: D = L = ∞')).toBe(
      !('activation' in given && given.activation === 'relu'),
    );
  });

  it('does not need draws of every size', async () => {
    const settings = ntkSettingsOf({ inputs: 2 });
    const batches = ntkBatches(settings).filter(({ columns }) => columns.size[0] === 9);
    const { artifacts } = await reportNtk(settings, runOfBatches(batches));
    expect((await artifacts())['figure.svg']).not.toMatch(/NaN/);
  });
});
