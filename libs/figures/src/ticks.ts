import { anyNumber, plainNumber, powerOfTen, tenToThe, type NumberFormat } from './numbers.ts';

/** A number on an axis and how it is written there; without a label it only has its mark. */
export interface Tick {
  value: number;
  label: string;
}

/** Numbers with few digits, and what a step from one to the next is, in a power of ten. */
interface Steps {
  values: number[];
  exponent: number;
}

/** Ticks at about `count` multiples of 1, 2 or 5 times a power of ten from `min` to `max`. */
export function linearTicks(
  min: number,
  max: number,
  count: number,
  format: NumberFormat = 'number',
): Tick[] {
  const { values, exponent } = linearSteps(min, max, count);
  const decimals = Math.max(0, -exponent);
  const magnitude = Math.max(Math.abs(min), Math.abs(max));
  const label = (value: number) => {
    if (format === 'percent') return `${plainNumber(100 * value, Math.max(0, decimals - 2))} %`;
    const plain = magnitude >= 1e-3 && magnitude < 1e5;
    return plain ? plainNumber(value, decimals) : powerOfTen(value);
  };
  return values.map((value) => ({ value, label: label(value) }));
}

function linearSteps(min: number, max: number, count: number): Steps {
  const rough = (max - min) / count;
  const below = Math.floor(Math.log10(rough));
  // The nearest of 1, 2, 5 and 10 by ratio.
  const ratio = rough / 10 ** below;
  const nearest =
    ratio < Math.SQRT2 ? 1 : ratio < Math.sqrt(10) ? 2 : ratio < Math.sqrt(50) ? 5 : 10;
  const [factor, exponent] = nearest === 10 ? [1, below + 1] : [nearest, below];
  const step = factor * 10 ** exponent;
  // A quotient of integers is the closest number to the decimal that it stands for.
  const multiple = (i: number) =>
    exponent < 0 ? (i * factor) / 10 ** -exponent : i * factor * 10 ** exponent;
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  const values = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    multiple(first + i),
  );
  return { values, exponent };
}

/**
 * Sets of ticks for a logarithmic axis, from the densest to the sparsest: at 1, 2 and 5 times the
 * powers of ten where these are few, at the powers, and at every second, third, ... of them. Within
 * a decade or less, where powers tell little, the ticks are those of a linear axis.
 */
export function logTicks(min: number, max: number, format: NumberFormat = 'number'): Tick[][] {
  const decades = Math.log10(max / min);
  const sets: number[][] = [];
  if (decades <= 2.5) sets.push(multiplesOfPowers(min, max, [1, 2, 5], 1));
  for (let every = 1; every === 1 || every <= decades / 2; every++) {
    sets.push(multiplesOfPowers(min, max, [1], every));
  }
  const labelled = sets
    .filter((values) => values.length >= 2)
    .map((values) => logLabels(values, format));
  if (sets[0].length >= 3) return labelled;
  return [...[5, 4, 3, 2].map((count) => linearTicks(min, max, count, format)), ...labelled];
}

/** Powers of ten are written as such, all of them, where one of them cannot be written plainly. */
function logLabels(values: number[], format: NumberFormat): Tick[] {
  const plain = values.map((value) => ({ value, label: anyNumber(value, format) }));
  const exponents = values.map((value) => Math.round(Math.log10(value)));
  const arePowers = values.every((value, i) => Math.abs(value / 10 ** exponents[i] - 1) < 1e-9);
  const someAreLong = plain.some(({ label }) => label.includes('e'));
  if (format === 'percent' || !arePowers || !someAreLong) return plain;
  return values.map((value, i) => ({ value, label: tenToThe(exponents[i]) }));
}

function multiplesOfPowers(min: number, max: number, factors: number[], every: number): number[] {
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const exponents = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return exponents
    .filter((exponent) => exponent % every === 0)
    .flatMap((exponent) =>
      factors.map((factor) => (exponent < 0 ? factor / 10 ** -exponent : factor * 10 ** exponent)),
    )
    .filter((value) => value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9));
}
