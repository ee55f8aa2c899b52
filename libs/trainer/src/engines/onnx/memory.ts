import type { CompletedNetwork } from '@resdiff/networks';
import type { TrainingJob } from '../../engine.ts';
import { parameterTensors } from '../../parameters.ts';

const BYTES = 4;

/** Bytes that the states and derivatives of a part of a batch may take. */
const PART_BYTES = 2 ** 28;
/** Parts of more rows than this are not faster. */
const MOST_ROWS = 1000;
const FEWEST_ROWS = 100;

/**
 * Images that go through the network together. Of each, all layers keep a state and a branch until
 * the way back.
 */
export function partRows({ width, depth }: Pick<CompletedNetwork, 'width' | 'depth'>): number {
  const rows = Math.floor(PART_BYTES / (2 * BYTES * width * depth));
  return Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, rows));
}

/** Bytes of what a loop carries from step to step, up to which steps are taken in a loop. */
const LOOP_BYTES = 2 ** 28;

/**
 * Whether steps are taken in a loop, which holds parameters and moments three times over, or one at
 * a time and in parts, which changes them where they are.
 */
export function loops({ model, optimizer, batch }: TrainingJob): boolean {
  const trained = parameterTensors(model).filter((tensor) => tensor.trained);
  const numbers = trained.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
  const copies = optimizer.kind === 'adam' ? 3 : 1;
  return batch <= partRows(model.network) && copies * numbers * BYTES <= LOOP_BYTES;
}
