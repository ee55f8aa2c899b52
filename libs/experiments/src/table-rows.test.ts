import { UserError } from '@resdiff/runtime';
import { expect, it } from 'vitest';
import { planPipeline } from './plan-pipeline.ts';
import { findExperiment } from './registry.ts';
import { refuseTooManyRows } from './table-rows.ts';

it.each([
  ['functions', { draws: 20_000_000, depths: [1], widths: [1] }],
  ['finite-width', { draws: 20_000_000 }],
  ['explosion', { draws: 10_000_000 }],
  ['jacobian', { draws: 10_000_000, width: 2, depth: 2 }],
])('a table of %s that no report can hold is refused before any work', async (name, given) => {
  const experiment = findExperiment(name)!;
  const settings = experiment.settings.parse(given);
  const planning = planPipeline({ name, description: '', experiment, settings });
  await expect(planning).rejects.toThrow(UserError);
  await expect(planning).rejects.toThrow(
    /^The table would have [\d,]+ rows; it may have 20,000,000/,
  );
});

it('a table of twenty million rows is not', () => {
  expect(() => refuseTooManyRows(20_000_000)).not.toThrow();
  expect(() => refuseTooManyRows(20_000_001)).toThrow('20,000,001 rows');
});
