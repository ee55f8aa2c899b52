import type { Summary } from './summary.ts';

/** Estimates that are made into text at a time. */
const CHUNK = 1000;

/** summary.json, an estimate a line; those of a large sweep would not fit into one string. */
export function summaryFile({ estimates, ...rest }: Summary): Uint8Array {
  const chunks = ['{\n"estimates": ['];
  for (let first = 0; first < estimates.length; first += CHUNK) {
    const lines = estimates.slice(first, first + CHUNK).map((each) => JSON.stringify(each));
    chunks.push(`${first === 0 ? '' : ','}\n${lines.join(',\n')}`);
  }
  chunks.push(`\n],${JSON.stringify(rest, null, 2).slice(1)}\n`);
  return Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
}
