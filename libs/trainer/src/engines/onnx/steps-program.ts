import type { TrainingJob } from '../../engine.ts';
import { Graph, type Lacks } from './graph.ts';
import { named } from './program-parts.ts';
import { stepOf } from './step.ts';

/**
 * Steps in a loop, each on a batch of rows of the training set. From what `stepOf` takes, `order`
 * (steps x batch), `steps`, and for Adam the factors `rates` and `epsilons` of each step: what the
 * step changes, under names with `next`, and `losses`, summed over the batch.
 */
export function stepsProgram(job: TrainingJob, lacks?: Lacks): Uint8Array {
  const g = new Graph(lacks);
  const order = g.input('order', ['steps', job.batch], 'int32');
  const count = g.input('steps', [], 'int64');
  const { carried, take } = stepOf(g, job);
  const { last, kept } = g.loop({
    count,
    carried: Object.fromEntries(carried.map(({ name, ...tensor }) => [name, tensor])),
    turn(body, current, iteration) {
      const rows = body.gather(order, iteration);
      const factor = (name: string) => body.gather(g.input(`${name}s`, ['steps']), iteration);
      const { next, loss } = take(body, current, rows, factor);
      return { carried: next, kept: loss };
    },
  });
  for (const { name, shape } of carried) g.output(named.next(name), last[name], shape);
  g.output('losses', kept, ['steps']);
  return g.encode();
}
