import type { Experiment, Settings } from './experiment.ts';
import type { RunnableRun } from './plan-pipeline.ts';
import { sweepPoints } from './sweep/planned-points.ts';

/** The settings of a run, or those of the points of a sweep, with the titles of these. */
export function* settingsOfRun(
  experiment: Experiment,
  { plan, settings }: Pick<RunnableRun, 'plan' | 'settings'>,
): Generator<{ readonly settings: Settings; readonly title?: string }> {
  if (!plan.points) {
    yield { settings };
    return;
  }
  const points = sweepPoints(experiment, plan);
  for (let index = 0; index < points.count; index++) {
    yield { settings: points.settings(index), title: points.title(index) };
  }
}
