import { expect, test } from 'vitest';
import { axisTicks } from './axis-ticks.ts';
import { anyNumber, plainNumber, powerOfTen } from './numbers.ts';
import { linearTicks, logTicks } from './ticks.ts';

const labels = (ticks: { label: string }[]) => ticks.map(({ label }) => label);

test('numbers are written plainly, unless they are very small or very large', () => {
  expect([0, 10, 1234567.5, -0.25, 0.1 + 0.2].map((number) => plainNumber(number))).toEqual([
    ...['0', '10', '1,234,567.5', '−0.25', '0.3'],
  ]);
  expect(plainNumber(-1000, 2)).toBe('−1,000.00');
  expect([1e-4, -2.5e5, 0].map(powerOfTen)).toEqual(['1e-4', '−2.5e+5', '0']);
  expect([1e-4, 0.001, 99_999, 1e5].map((number) => anyNumber(number))).toEqual([
    ...['1e-4', '0.001', '99,999', '1e+5'],
  ]);
  expect([0.8536, 1, 0.07].map((share) => anyNumber(share, 'percent'))).toEqual([
    ...['85.36 %', '100 %', '7 %'],
  ]);
});

test('linear ticks are the multiples of 1, 2 or 5 times a power of ten in the domain', () => {
  let seed = 7;
  const uniform = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let trial = 0; trial < 300; trial++) {
    const size = 10 ** (12 * uniform() - 6);
    const min = size * (uniform() - 0.5);
    const max = min + size * (0.1 + uniform());
    const values = linearTicks(min, max, 5).map(({ value }) => value);
    expect(values.length).toBeGreaterThanOrEqual(3);
    expect(values.length).toBeLessThanOrEqual(9);
    const step = values[1] - values[0];
    const mantissa = step / 10 ** Math.floor(Math.log10(step) + 1e-6);
    expect([1, 2, 5].some((nice) => Math.abs(mantissa - nice) < 1e-6)).toBe(true);
    for (const value of values) {
      expect(Math.abs(value / step - Math.round(value / step))).toBeLessThan(1e-6);
    }
    expect(values[0] - step).toBeLessThan(min);
    expect(values.at(-1)! + step).toBeGreaterThan(max);
  }
  expect(labels(linearTicks(-0.2, 1, 5))).toEqual([
    '−0.2',
    '0.0',
    '0.2',
    '0.4',
    '0.6',
    '0.8',
    '1.0',
  ]);
  expect(labels(linearTicks(0.8, 1, 4, 'percent'))).toEqual([
    ...['80 %', '85 %', '90 %', '95 %', '100 %'],
  ]);
  expect(labels(linearTicks(0.85, 0.86, 4, 'percent'))).toContain('85.2 %');
});

test('logarithmic ticks go from dense to sparse, and are linear within a decade', () => {
  const sets = logTicks(0.8, 130).map(labels);
  expect(sets[0]).toEqual(['1', '2', '5', '10', '20', '50', '100']);
  expect(sets[1]).toEqual(['1', '10', '100']);
  expect(labels(logTicks(1e-5, 2)[0])).toEqual([
    ...['10⁻⁵', '10⁻⁴', '10⁻³', '10⁻²', '10⁻¹', '10⁰'],
  ]);
  expect(labels(logTicks(1e-5, 2)[1])).toEqual(['10⁻⁴', '10⁻²', '10⁰']);
  expect(labels(logTicks(0.84, 0.97)[1])).toEqual(['0.85', '0.90', '0.95']);
});

test('an axis has as many ticks as its labels leave room for', () => {
  const wide = { scale: 'log' as const, min: 1, max: 100 };
  expect(labels(axisTicks(wide, {}, 'x', 400))).toEqual(['1', '2', '5', '10', '20', '50', '100']);
  expect(labels(axisTicks(wide, {}, 'x', 100))).toEqual(['1', '10', '100']);
  const far = { scale: 'log' as const, min: 1e-12, max: 1e12 };
  const exponents = axisTicks(far, {}, 'x', 240).map(({ value }) => Math.round(Math.log10(value)));
  expect(exponents.length).toBeGreaterThanOrEqual(3);
  expect(new Set(exponents.slice(1).map((each, i) => each - exponents[i])).size).toBe(1);
  const long = { scale: 'linear' as const, min: 0, max: 60_000 };
  expect(labels(axisTicks(long, {}, 'x', 236)).length).toBeLessThanOrEqual(4);
});

test('given ticks are all marked in the domain, and labelled as far as there is room', () => {
  const depths = [10, 20, 50, 100, 200, 300, 500];
  const span = { scale: 'log' as const, min: 9, max: 550 };
  expect(labels(axisTicks(span, { ticks: depths }, 'x', 300))).toEqual(depths.map(String));
  const narrow = axisTicks(span, { ticks: depths }, 'x', 100);
  expect(narrow.map(({ value }) => value)).toEqual(depths);
  expect(labels(narrow)).toEqual(['10', '', '50', '', '200', '', '']);
  expect(labels(axisTicks({ ...span, min: 15, max: 250 }, { ticks: depths }, 'x', 300))).toEqual([
    ...['20', '50', '100', '200'],
  ]);
});
