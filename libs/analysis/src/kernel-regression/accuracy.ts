import { rowCount, type Rows } from './rows.ts';

export interface ClassificationAccuracy {
  /** How many of the inputs have their own class. */
  readonly correct: number;
  readonly count: number;
  readonly accuracy: number;
  /** The binomial standard error of the accuracy. */
  readonly se: number;
}

/**
 * How often the largest output of a row is that of its label; among equal outputs the first counts.
 *
 * @param outputs A row an input, a column a class.
 * @param labels The class of each input, from 0.
 * @throws {RangeError} if there are not as many labels as rows, a label is no class, or an output is
 *   NaN.
 */
export function classificationAccuracy(
  outputs: Rows,
  labels: ArrayLike<number>,
): ClassificationAccuracy {
  const { values, columns } = outputs;
  const count = rowCount('outputs', outputs);
  if (labels.length !== count) {
    throw new RangeError(`${count} rows of outputs and ${labels.length} labels, must be as many`);
  }
  let correct = 0;
  for (let i = 0; i < count; i++) {
    const label = labels[i];
    if (!(Number.isInteger(label) && label >= 0 && label < columns)) {
      throw new RangeError(`label ${i} is ${label}, must be a class from 0 to ${columns - 1}`);
    }
    let best = 0;
    for (let o = 0; o < columns; o++) {
      const value = values[i * columns + o];
      if (Number.isNaN(value)) throw new RangeError(`outputs: row ${i}, column ${o} is NaN`);
      if (value > values[i * columns + best]) best = o;
    }
    if (best === label) correct++;
  }
  const accuracy = correct / count;
  return { correct, count, accuracy, se: Math.sqrt((accuracy * (1 - accuracy)) / count) };
}
