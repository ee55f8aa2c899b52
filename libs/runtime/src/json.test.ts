import { describe, expect, it } from 'vitest';
import { canonicalJson, jsonDifferences } from './json.ts';

describe('canonicalJson', () => {
  it('sorts keys at every depth and keeps the order of lists', () => {
    expect(canonicalJson({ b: [{ y: 1, x: null }, 'é'], a: { d: true, c: 0.1 } })).toBe(
      '{"a":{"c":0.1,"d":true},"b":[{"x":null,"y":1},"é"]}',
    );
  });

  it('sorts keys that objects would put elsewhere', () => {
    const value = JSON.parse(
      '{"b":{"__proto__":1,"10":2,"9":[{"z":0,"1":"\u00e9"}]},"a":-0}',
    ) as never;
    expect(canonicalJson(value)).toBe('{"a":0,"b":{"10":2,"9":[{"1":"é","z":0}],"__proto__":1}}');
  });

  it('refuses what JSON cannot hold', () => {
    for (const value of [NaN, Infinity, undefined, () => 0, 1n]) {
      expect(() => canonicalJson({ value } as never)).toThrow(TypeError);
      expect(() => canonicalJson([{ 1: [value] }] as never)).toThrow(TypeError);
    }
  });
});

describe('jsonDifferences', () => {
  it('names every key that differs, and nothing that does not', () => {
    expect(
      jsonDifferences(
        { same: [1, { a: 2 }], depth: 10, law: { sigmaW: 1, gone: 0 } },
        { same: [1, { a: 2 }], depth: 20, law: { sigmaW: 2 }, fresh: null },
      ),
    ).toEqual([
      { path: 'depth', left: 10, right: 20 },
      { path: 'fresh', left: undefined, right: null },
      { path: 'law.gone', left: 0, right: undefined },
      { path: 'law.sigmaW', left: 1, right: 2 },
    ]);
    expect(jsonDifferences({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
  });
});
