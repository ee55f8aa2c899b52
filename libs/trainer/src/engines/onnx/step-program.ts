import type { TrainingJob } from '../../engine.ts';
import { Graph, type Lacks } from './graph.ts';
import { named } from './program-parts.ts';
import { stepOf } from './step.ts';

/**
 * One step. From what `stepOf` takes, its `rows` (batch), for Adam its factors `rate` and `epsilon`,
 * and the `losses` of some steps (1 x losses) with the numbers of their places, `places`, and its
 * own `place`: what the step changes, and the losses with its own in them, summed over the batch,
 * under names with `next`.
 */
export function stepProgram(job: TrainingJob, losses: number, lacks?: Lacks): Uint8Array {
  const g = new Graph(lacks);
  const rows = g.input('rows', [job.batch], 'int32');
  const earlier = g.input('losses', [1, losses]);
  const isOwn = g.equals(g.input('places', [1, losses]), g.input('place', []));
  const { carried, take } = stepOf(g, job);
  const current = Object.fromEntries(carried.map(({ name, start }) => [name, start]));
  const { next, loss } = take(g, current, rows, (name) => g.input(name, []));
  for (const { name, shape } of carried) g.output(named.next(name), next[name], shape);
  g.output(named.next('losses'), g.select(isOwn, loss, earlier), [1, losses]);
  return g.encode();
}
