import { indexWhere, type Numbers } from './arrays.ts';
import { seriesStyles } from './theme.ts';

/** @throws RangeError when there are no series, too many, or two of one name. */
export function checkSeries(figure: string, series: { name: string }[]): void {
  if (series.length === 0 || series.length > seriesStyles.length) {
    throw new RangeError(`${figure}: ${series.length} series, must be 1 to ${seriesStyles.length}`);
  }
  checkDistinct(figure, series);
}

/** @throws RangeError when two series have one name. */
export function checkDistinct(figure: string, series: { name: string }[]): void {
  const names = series.map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new RangeError(`${figure}: the series '${repeated}' is listed twice`);
  }
}

/** @throws RangeError when no series has the name. */
export function checkKnown(series: { name: string }[], name: string, at: string): void {
  if (!series.some((known) => known.name === name)) {
    const names = series.map((known) => `'${known.name}'`).join(', ');
    throw new RangeError(`${at}.name is '${name}', must be one of the series ${names}`);
  }
}

/** @throws RangeError naming the first number that is not finite. */
export function checkFinite(numbers: Numbers, at: string): void {
  const bad = indexWhere(numbers, (number) => !Number.isFinite(number));
  if (bad >= 0) throw new RangeError(`${at}[${bad}] is ${numbers[bad]}, must be finite`);
}

/** @throws RangeError unless there are two numbers or more, finite, each above the one before. */
export function checkIncreasing(numbers: Numbers, at: string): void {
  if (numbers.length < 2) {
    throw new RangeError(`${at} has ${numbers.length} numbers, must have at least 2`);
  }
  checkSorted(numbers, at);
}

/** @throws RangeError unless the numbers, if any, are finite, each above the one before. */
export function checkSorted(numbers: Numbers, at: string): void {
  checkFinite(numbers, at);
  const bad = indexWhere(numbers, (number, i) => i > 0 && number <= numbers[i - 1]);
  if (bad >= 0) {
    throw new RangeError(
      `${at} must increase, but goes from ${numbers[bad - 1]} to ${numbers[bad]}`,
    );
  }
}

/** @throws RangeError unless there are two numbers or more with the same step between all. */
export function checkUniform(numbers: Numbers, at: string): void {
  checkIncreasing(numbers, at);
  const last = numbers.length - 1;
  const step = (numbers[last] - numbers[0]) / last;
  const bad = indexWhere(
    numbers,
    (number, i) => Math.abs(number - numbers[0] - i * step) > step / 100,
  );
  if (bad >= 0) {
    throw new RangeError(
      `${at} must be equally spaced, but ${at}[${bad}] is ${numbers[bad]}, ` +
        `not ${numbers[0] + bad * step}`,
    );
  }
}

/** @throws RangeError unless the second is above the first. */
export function checkInterval([low, high]: readonly [number, number], at: string): void {
  if (!(low < high && Number.isFinite(high - low))) {
    throw new RangeError(`${at} is [${low}, ${high}], must be two increasing numbers`);
  }
}

/** @throws RangeError unless it is a whole number from 1 on. */
export function checkColumns(figure: string, columns: number | undefined): void {
  if (columns !== undefined && !(Number.isInteger(columns) && columns >= 1)) {
    throw new RangeError(`${figure}: columns is ${columns}, must be a whole number from 1 on`);
  }
}
