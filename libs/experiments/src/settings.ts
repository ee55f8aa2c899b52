import { activationNames, findActivation } from '@resdiff/networks';
import { seedKey } from '@resdiff/random';
import { z } from 'zod';

/** The kinds of settings that experiments share; every refusal says what it `must be`. */

/** Settings that are wrong by themselves are not held against others. */
const abort = true;

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error, abort }).max(most, { error, abort });
}

/**
 * The sizes of numbers that are not 0: states are kept in 32 bits, from about 1e-38 to 3e38, and theories
 * take squares of squares, which leave 64 bits from 1e77 on.
 */
const LEAST_SIZE = 1e-30;
export const MOST_SIZE = 1e30;
const withinBits = 'from 1e-30 to 1e30, well within the numbers of 32 bits';
const isSized = (value: number) =>
  value === 0 || (Math.abs(value) >= LEAST_SIZE && Math.abs(value) <= MOST_SIZE);

const sized = { error: `must be 0, or ${withinBits}`, abort };
const sizedAboveZero = { error: `must be ${withinBits}`, abort };

/** Whether all members of a list are of a size that is computed with; words are. */
export function areSized(list: readonly (number | string)[]): boolean {
  return list.every((value) => typeof value === 'string' || isSized(value));
}

export const sizedMembers = {
  error: `must hold numbers that are 0, or of a size ${withinBits}`,
  abort,
};

/** A finite number. */
export function anyNumber() {
  const error = 'must be a finite number';
  return z
    .number({ error })
    .refine(isSized, { error: `must be 0, or of a size ${withinBits}`, abort });
}

/** A finite number above zero. */
export function positive() {
  const error = 'must be a finite number above 0';
  return z.number({ error }).positive({ error, abort }).refine(isSized, sizedAboveZero);
}

/** A finite number above zero, up to `most`. */
export function positiveUpTo(most: number) {
  const error = `must be a number above 0, up to ${most}`;
  return z
    .number({ error })
    .positive({ error, abort })
    .max(most, { error, abort })
    .refine(isSized, sizedAboveZero);
}

/** A finite number above zero, or a word. */
export function positiveOr<const Word extends string>(word: Word) {
  const error = `must be a finite number above 0, or ${word}`;
  return z
    .union([z.number({ error }).positive({ error, abort }), z.literal(word, { error })], { error })
    .refine((value) => typeof value === 'string' || isSized(value), sizedAboveZero);
}

/** A finite number that is not negative. */
export function notNegative() {
  const error = 'must be a finite number, 0 or above';
  return z.number({ error }).nonnegative({ error, abort }).refine(isSized, sized);
}

/** A seed in decimal digits, from a number, or from text that may be 0x hexadecimal. */
export function seed() {
  return z.union([z.number(), z.string()], { error: seedError }).transform((value, context) => {
    try {
      const [low, high] = seedKey(value);
      return ((BigInt(high) << 32n) | BigInt(low)).toString();
    } catch {
      context.issues.push({ code: 'custom', message: seedError, input: value });
      return z.NEVER;
    }
  });
}

const seedError =
  'must be a whole number from 0 to 2^64 - 1, in quotes if it is above 2^53 - 1 = 9007199254740991';

/** The canonical name of an activation. */
export function activation() {
  const error = `must be one of ${activationNames.join(', ')}`;
  return z.string({ error }).transform((name, context) => {
    const found = findActivation(name);
    if (found) return found.name;
    context.issues.push({ code: 'custom', message: error, input: name });
    return z.NEVER;
  });
}

/** Some of `names`, in their order, each once; one alone or a text with commas stands for a list. */
export function someOf<const Name extends string>(names: readonly Name[]) {
  const error = `must be one or more of ${names.join(', ')}`;
  return z
    .preprocess(
      asList,
      z
        .array(z.enum(names, { error }), { error })
        .min(1, { error })
        .refine(areDifferent, { error: `${error}, each once`, abort }),
    )
    .transform((chosen) => names.filter((name) => chosen.includes(name)));
}

function areDifferent(list: readonly (string | number)[]): boolean {
  return new Set(list).size === list.length;
}

export function oneOf<const Name extends string>(names: readonly Name[]) {
  return z.enum(names, { error: `must be ${names.join(' or ')}` });
}

/** A list of different finite numbers; one alone, or a text with commas, stands for a list. */
export function numbers(most: number) {
  const error = `must be a list of 1 to ${most} different finite numbers, such as [0, 1]`;
  // -0 is 0: it is the same number, and has the same text.
  const number = z.number({ error }).transform((value) => value + 0);
  return z.preprocess(
    asList,
    z
      .array(number, { error })
      .min(1, { error })
      .max(most, { error })
      .refine(areDifferent, { error, abort })
      .refine(areSized, sizedMembers),
  );
}

/** A list of different whole numbers, ascending; one alone, or a text with commas, stands for a list. */
export function wholeNumbers(
  least: number,
  most: number,
  { atMost = Infinity }: { readonly atMost?: number } = {},
) {
  const howMany = atMost === Infinity ? 'one or more' : `1 to ${atMost}`;
  const error = `must be ${howMany} different whole numbers from ${least} to ${most}, such as [10, 100]`;
  return z
    .preprocess(
      asList,
      z
        .array(z.int({ error }).min(least, { error }).max(most, { error }), { error })
        .min(1, { error })
        .max(atMost, { error })
        .refine(areDifferent, { error }),
    )
    .transform((list) => list.toSorted((a, b) => a - b));
}

/** The descriptions of the keys of a settings shape. */
export function describedKeys<Shape extends Readonly<Record<string, z.ZodType>>>(
  shape: Shape,
): Record<keyof Shape & string, string> {
  return Object.fromEntries(
    Object.entries(shape).map(([key, { description }]) => [key, description]),
  ) as Record<keyof Shape & string, string>;
}

export function asList(value: unknown): unknown {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'string') return value;
  return value.split(',').map((item) => {
    const text = item.trim();
    return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  });
}
