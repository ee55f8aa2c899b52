/** How the numbers of an axis are written: as they are, or as shares in per cent. */
export type NumberFormat = 'number' | 'percent';

/** `1,234.5`, with as many decimals as are given, or as the number has. */
export function plainNumber(value: number, decimals?: number): string {
  const digits = decimals === undefined ? String(tidy(value)) : tidy(value).toFixed(decimals);
  const [whole, fraction] = digits.replace(/^-/, '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return sign(value) + (fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

/** `1e-4`, `−2.5e+5`, and 0 as it is. */
export function powerOfTen(value: number): string {
  return value === 0 ? '0' : sign(value) + Math.abs(tidy(value)).toExponential();
}

/** `10⁻⁴` of -4. */
export function tenToThe(exponent: number): string {
  const digits = Array.from(String(Math.abs(exponent)), (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]);
  return `10${exponent < 0 ? '⁻' : ''}${digits.join('')}`;
}

/** A number on its own: plain, unless it is very small or very large. */
export function anyNumber(value: number, format: NumberFormat = 'number'): string {
  if (format === 'percent') return `${anyNumber(100 * value)} %`;
  const magnitude = Math.abs(value);
  const plain = magnitude === 0 || (magnitude >= 1e-3 && magnitude < 1e5);
  return plain ? plainNumber(value) : powerOfTen(value);
}

/** The number without the last digits, which rounding in arithmetic has touched. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function sign(value: number): string {
  return value < 0 ? '−' : '';
}
