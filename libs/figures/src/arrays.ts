/** Numbers in order, in an array of any type. */
export type Numbers = ArrayLike<number>;

/** The first index whose number is as asked for, -1 when there is none. */
export function indexWhere(
  numbers: Numbers,
  isWanted: (number: number, index: number) => boolean,
): number {
  for (let i = 0; i < numbers.length; i++) if (isWanted(numbers[i], i)) return i;
  return -1;
}

/** The smallest and the largest of the numbers above `floor`; undefined when none is. */
export function extent(
  arrays: Numbers[],
  floor = -Infinity,
): [min: number, max: number] | undefined {
  let [min, max] = [Infinity, -Infinity];
  for (const numbers of arrays) {
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i];
      if (number > floor && number < min) min = number;
      if (number > floor && number > max) max = number;
    }
  }
  return min <= max ? [min, max] : undefined;
}
