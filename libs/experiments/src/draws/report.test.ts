import { describe, expect, it } from 'vitest';
import { runOf, settingsOf } from '../../test/support.ts';
import { wholeReport } from '../../test/report-checks.ts';
import { reportDraws } from './report.ts';

const reportOf = (given: Record<string, unknown> = {}) => {
  const settings = settingsOf(given);
  return reportDraws(settings, runOf(settings));
};

describe('a report', () => {
  it('does not depend on the shards, and has a figure as SVG and as PNG', async () => {
    const settings = settingsOf();
    const whole = await wholeReport(reportDraws(settings, runOf(settings)));
    expect(await wholeReport(reportDraws(settings, runOf(settings, 7)))).toEqual(whole);
    expect(whole.warnings).toEqual([]);
    const figures = whole.artifacts;
    expect(figures['figure.svg']).toMatch(/^<svg /);
    expect(figures['figure.png']).toMatch(/^\x89PNG/);
  });

  it.each([
    ['three processes', {}],
    ['one draw', { draws: 1 }],
    ['many pooled inputs', { inputs: '0,1,2,3', coordinates: 'all' }],
    ['a diverging network', { activation: 'swish', T: 20, depth: 50 }],
    ['values that f32 cannot hold', { inputs: 1e30, T: 50 }],
    ['relu', { activation: 'relu', processes: 'resnet' }],
  ])('has a summary of one shape that JSON holds: %s', async (_, given) => {
    const { summary, shown } = await reportOf(given);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    const number = expect.toSatisfy((value) => value === null || Number.isFinite(value)) as unknown;
    for (const estimate of summary.estimates) {
      expect(estimate).toEqual({
        quantity: expect.stringMatching(/^[a-z][A-Za-z]+$/) as unknown,
        at: expect.any(Object) as unknown,
        value: number,
        se: number,
        expected: number,
        source: estimate.expected === null ? null : (expect.any(String) as unknown),
        z: number,
      });
    }
    expect(new Set(summary.estimates.map((each) => JSON.stringify(each))).size).toBe(
      summary.estimates.length,
    );
    expect(summary.estimates).toEqual(expect.arrayContaining([...shown]));
    expect(Object.keys(summary.verdict)).toEqual([
      'agreement',
      'text',
      'comparisons',
      'largestZ',
      'threshold',
      'degrees',
      'falseAlarmRate',
    ]);
  });

  it('names the worst deviation, and the theory where it is too large', async () => {
    const { summary } = await reportOf({ draws: 500 });
    expect(summary.verdict.text).toMatch(
      /^The samples agree with the theory for their own depth at infinite width: the largest deviation is \d\.\d\d standard errors \(\w+ of \w+ at z = [01](, 1)?\)\.$/,
    );
    const right = settingsOf({ draws: 500 });
    const wrong = await reportDraws({ ...right, sigmaB: 1.5 }, runOf(right));
    expect(wrong.summary.verdict.agreement).toBe(false);
    expect(wrong.summary.verdict.text).toMatch(
      /^The samples deviate from theory: .*, against the (mean field of the .*, D = infinity, L = 20|limit, .*)\./,
    );
  });

  it('judges nothing that depends on the finite width, and says so', async () => {
    const { summary, shown, warnings } = await reportOf({
      ...{ activation: 'swish', T: 2.5, width: 3, draws: 2000 },
    });
    expect(shown.some(({ at, z }) => at.process === 'resnet' && Math.abs(z!) > 6)).toBe(true);
    expect(summary.verdict).toMatchObject({ agreement: true, comparisons: 6 });
    expect(summary.verdict.text).toMatch(
      / \(\w+ of limit at .*\)\. Estimates that are not judged: 12 since the finite width D = 3 may change them by more than a third of the standard error of 2,000 draws\.$/,
    );
    expect(warnings).toEqual([
      'The verdict says nothing of resnet and sde, of which no estimate can be judged, or which lost draws.',
    ]);
  });

  it('warns of draws that left the finite numbers and of a limit that explodes', async () => {
    const { warnings, summary } = await reportOf({ activation: 'swish', T: 20, depth: 50 });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^sde: 100 of 100 draws left the finite numbers, the first after layer \d+, half of them by layer \d+ of 50; they are left out of moments and figure\.$/,
      ),
      'limit: explodes at time 2.77259, before T = 20, so it has no draws; it is left out of moments and figure.',
    ]);
    expect(summary.verdict.comparisons).toBe(0);
    expect(summary.verdict.text).toMatch(
      /^No estimate .* not judged: 6 since the finite width D = 20 /,
    );
  });

  // Exact correlations of 1, and states whose spread is below the spacing of f32 at their mean.
  it.each([
    { sigmaW: 0, inputs: [0, 1, 2] },
    { activation: 'identity', inputs: [1, 2], sigmaB: 0 },
    { activation: 'identity', inputs: [0, 1e6], sigmaW: 0 },
    { T: 1e-12 },
  ])('does not take rounding for a deviation: %j', async (given) => {
    const { summary, warnings } = await reportOf({ ...given, draws: 1000, depth: 50 });
    expect(summary.verdict.agreement).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(/^The verdict leaves out \d+ of \d+ estimates, whose standard errors/),
    ]);
  });

  it('does not judge a process that lost draws', async () => {
    const { summary, warnings, shown } = await reportOf({
      ...{ activation: 'swish', T: 10, depth: 10, width: 20, draws: 400, processes: 'sde' },
    });
    expect(summary.verdict.agreement).toBeNull();
    expect(shown).toEqual([]);
    expect(warnings[0]).toMatch(/^sde: \d+ of 400 draws left the finite numbers/);
  });

  it('warns of draws of the limit that f32 cannot hold', async () => {
    const { warnings } = await reportOf({ T: 180, processes: 'limit', draws: 200 });
    expect(warnings[0]).toMatch(
      /^limit: \d+ of 200 draws are beyond the range of 32-bit numbers; they are left out/,
    );
  });

  it.each([{ draws: 1 }, { sigmaW: 0, sigmaB: 0 }])(
    'has neither verdict nor figure, and says so, for %j',
    async (given) => {
      const { summary, warnings, artifacts } = await reportOf(given);
      expect(summary.verdict.agreement).toBeNull();
      expect(summary.verdict.text).toBe('No estimate could be held against theory.');
      expect(warnings).toEqual([
        'No figure: no input has two different finite values to draw a density from.',
      ]);
      expect(await artifacts()).toEqual({});
    },
  );
});
