import { expect } from 'vitest';
import type { Report } from '../src/experiment.ts';

const drawn = new WeakMap<Report, ReturnType<Report['artifacts']>>();

/** The files of a report, which are drawn once. */
function filesOf(report: Report): ReturnType<Report['artifacts']> {
  const files = drawn.get(report) ?? report.artifacts();
  drawn.set(report, files);
  return files;
}

/** What every report owes, whatever it is of. */
export async function checkReport(report: Report): Promise<void> {
  const { summary, shown, judged } = report;
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  const number = expect.toSatisfy((value) => value === null || Number.isFinite(value)) as unknown;
  for (const estimate of summary.estimates) {
    expect(estimate).toEqual({
      quantity: expect.stringMatching(/^[a-z][A-Za-z]+$/) as unknown,
      at: expect.any(Object) as unknown,
      value: number,
      se: number,
      expected: number,
      source: estimate.expected === null ? null : (expect.any(String) as unknown),
      z: number,
    });
  }
  const places = summary.estimates.map(({ quantity, at }) => JSON.stringify([quantity, at]));
  expect(new Set(places).size).toBe(places.length);
  expect(summary.estimates).toEqual(expect.arrayContaining([...shown]));
  // The same objects: a person is told by them which z are judged.
  expect(judged.filter((each) => !summary.estimates.includes(each))).toEqual([]);
  const compared = judged.filter(({ z }) => z !== null).length;
  expect(summary.verdict.comparisons).toBe(compared);
  const files = await filesOf(report);
  const svg = files['figure.svg'] as string;
  expect(svg).toMatch(/^<svg /);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect([...(files['figure.png'] as Uint8Array).slice(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
}

/** Every text of a report's figure. */
export async function figureTexts(report: Report): Promise<string[]> {
  const svg = (await filesOf(report))['figure.svg'] as string;
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
}

/** All of a report, its figures made, to be compared with that of another; bytes are characters. */
export async function wholeReport(report: Report | Promise<Report>) {
  const made = await report;
  const artifacts = Object.entries(await filesOf(made)).map(([file, content]) => [
    file,
    typeof content === 'string' ? content : Buffer.from(content).toString('latin1'),
  ]);
  return { ...made, artifacts: Object.fromEntries(artifacts) as Record<string, string> };
}
