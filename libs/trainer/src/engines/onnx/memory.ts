import type { CompletedNetwork } from '@resdiff/networks';
import type { TrainingJob } from '../../engine.ts';
import type { Model } from '../../model.ts';
import type { Optimizer } from '../../optimizer.ts';
import { parameterTensors } from '../../parameters.ts';
import type { OnnxDevice } from './device.ts';

const BYTES = 4;

/** Bytes that what the way back needs of a part of a batch may take. */
const PART_BYTES = 2 ** 28;
/** More rows at a time gain nothing, and fewer waste time on going from one part to the next. */
const ROWS = { least: 100, most: 2000 };

/**
 * Images that go through the network together. Of each, all layers keep a state and a branch until
 * the way back.
 */
export function partRows(network: Pick<CompletedNetwork, 'width' | 'depth'>): number {
  const rows = Math.floor(PART_BYTES / rowBytes(network));
  return Math.max(ROWS.least, Math.min(ROWS.most, rows));
}

function rowBytes({ width, depth }: Pick<CompletedNetwork, 'width' | 'depth'>): number {
  return 2 * BYTES * width * depth;
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

/** Bytes on a card that what the way back needs of a batch may take. */
const CARD_BYTES = 2 ** 33;

/**
 * How steps are taken:
 * - `loop`: many in a run, which holds trained tensors and moments three times over; where these
 *   would be too much, or the batch, not on the CPU. With CUDA, what is not in a loop crosses to the
 *   card and back.
 * - `step`: one in a run, which leaves what it changes on the device. WebGPU has no loop.
 * - `part`: one in runs on parts of its batch, each changing tensors where they are.
 */
export function stepping(
  { model, optimizer, batch }: TrainingJob,
  { kind }: Pick<OnnxDevice, 'kind'>,
): 'loop' | 'step' | 'part' {
  const { network } = model;
  if (kind === 'cuda') return batch * rowBytes(network) <= CARD_BYTES ? 'loop' : 'part';
  if (batch > partRows(network)) return 'part';
  if (kind === 'webgpu') return 'step';
  return isLarge(model, optimizer) ? 'part' : 'loop';
}
