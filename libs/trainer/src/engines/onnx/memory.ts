import type { CompletedNetwork } from '@resdiff/networks';
import type { TrainingJob } from '../../engine.ts';
import type { Model } from '../../model.ts';
import type { Optimizer } from '../../optimizer.ts';
import { parameterTensors } from '../../parameters.ts';

const BYTES = 4;

/** Bytes that what the way back needs of a part of a batch may take. */
const PART_BYTES = 2 ** 28;
/** More rows at a time gain nothing, and fewer waste time on going from one part to the next. */
const ROWS = { least: 100, most: 2000 };

/**
 * Images that go through the network together. Of each, all layers keep a state and a branch until
 * the way back.
 */
export function partRows({ width, depth }: Pick<CompletedNetwork, 'width' | 'depth'>): number {
  const rows = Math.floor(PART_BYTES / (2 * BYTES * width * depth));
  return Math.max(ROWS.least, Math.min(ROWS.most, rows));
}

/** Bytes of trained tensors and moments from which on memory counts for more than time. */
const LARGE_BYTES = 2 ** 28;

/** Whether a copy more of the trained tensors and their moments would be too much. */
export function isLarge(model: Model, optimizer: Optimizer): boolean {
  const trained = parameterTensors(model).filter((tensor) => tensor.trained);
  const numbers = trained.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
  const copies = optimizer.kind === 'adam' ? 3 : 1;
  return copies * numbers * BYTES > LARGE_BYTES;
}

/**
 * Whether steps are taken in a loop, which holds trained tensors and moments three times over, or
 * one at a time and in parts, which changes them where they are.
 */
export function loops({ model, optimizer, batch }: TrainingJob): boolean {
  return batch <= partRows(model.network) && !isLarge(model, optimizer);
}
