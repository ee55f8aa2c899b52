import type { Loss } from '../../model.ts';
import type { Graph, Value } from './graph.ts';

export interface LossValues {
  /** Over all rows: of (y - target)^2 for `mse`, of -target log softmax(y) for `cross-entropy`. */
  readonly sum: Value;
  /** Its derivative with respect to y, rows x outputs. */
  readonly slope: Value;
}

/**
 * The loss of outputs y, summed over rows.
 *
 * @param y rows x outputs, offsets already subtracted.
 * @param targets rows x outputs.
 */
export function lossSum(g: Graph, loss: Loss, y: Value, targets: Value): LossValues {
  return loss === 'mse' ? squaredError(g, y, targets) : crossEntropy(g, y, targets);
}

function squaredError(g: Graph, y: Value, targets: Value): LossValues {
  const residual = g.subtract(y, targets);
  const sum = g.sum(g.multiply(residual, residual));
  return { sum, slope: g.multiply(g.scalar(2), residual) };
}

/** Targets need not add up to 1: the derivative is (sum target) softmax(y) - target. */
function crossEntropy(g: Graph, y: Value, targets: Value): LossValues {
  const logarithms = g.logSoftmax(y);
  const sum = g.apply('Neg', g.sum(g.multiply(targets, logarithms)));
  const mass = g.sumRows(targets);
  return { sum, slope: g.subtract(g.multiply(mass, g.apply('Exp', logarithms)), targets) };
}

/** How many summands the loss is the average of. */
export function lossTerms(loss: Loss, rows: number, outputs: number): number {
  return loss === 'mse' ? rows * outputs : rows;
}
