import { describe, expect, it } from 'vitest';
import { boxMuller, normals } from './normals.ts';
import { philox4x32 } from './philox.ts';
import { streams, type StreamPosition } from './streams.ts';

const position: StreamPosition = { key: [1234, 5678], stream: 3, draw: 17, layer: 5 };

describe('boxMuller', () => {
  it('is the polar form of the two words, turned by half a circle where v has bit 30', () => {
    const words = normalWords();
    for (let i = 0; i < words.length; i += 2) {
      const u = (Math.floor(words[i] / 2) + 0.5) / 2 ** 31;
      const v = words[i + 1];
      const turns = v / 2 ** 32 - ((v >>> 30) & 1) / 2;
      const radius = Math.sqrt(-2 * Math.log(u));
      const [x, y] = boxMuller(words[i], words[i + 1]);
      expect(Math.hypot(x, y)).toBeCloseTo(radius, 12);
      expect(x).toBeCloseTo(radius * Math.cos(2 * Math.PI * turns), 12);
      expect(y).toBeCloseTo(radius * Math.sin(2 * Math.PI * turns), 12);
    }
  });

  it('reaches sqrt(64 log 2) = 6.66 and no further', () => {
    expect(boxMuller(0, 0)).toEqual([Math.sqrt(64 * Math.LN2), 0]);
    expect(boxMuller(1, 0)).toEqual(boxMuller(0, 0));
    expect(boxMuller(2, 0)[0]).toBeLessThan(boxMuller(0, 0)[0]);
  });

  it('keeps a positive radius at the largest word', () => {
    const [x] = boxMuller(0xffffffff, 0);
    expect(x / 2 ** -15.5).toBeCloseTo(1, 9);
  });
});

describe('normals', () => {
  it('takes normal 16 g + 4 w + l from word w of block 4 g + l', () => {
    const z = normals(position, 64);
    for (let i = 0; i < 64; i++) {
      const block = 4 * Math.floor(i / 16) + (i % 4);
      const word = Math.floor((i % 16) / 4);
      const words = philox4x32([block, 5, 17, 3], [1234, 5678]);
      const first = word - (word % 2);
      expect(z[i]).toBe(boxMuller(words[first], words[first + 1])[word % 2]);
    }
  });

  it('has every sequence of fewer as a prefix', () => {
    const z = normals(position, 100);
    for (let count = 0; count <= 100; count++) {
      expect(normals(position, count)).toEqual(z.slice(0, count));
    }
  });

  it('has another sequence for every seed, stream, draw and layer', () => {
    const others: StreamPosition[] = [
      position,
      { ...position, key: [1235, 5678] },
      { ...position, key: [1234, 5679] },
      { ...position, draw: 18 },
      { ...position, draw: 2 ** 32 - 1 },
      { ...position, layer: 6 },
      { ...position, draw: 5, layer: 17 },
      ...Object.values(streams)
        .filter((stream) => stream !== position.stream)
        .map((stream) => ({ ...position, stream })),
    ];
    const seen = new Set(others.flatMap((other) => [...normals(other, 16)]));
    expect(seen.size).toBe(16 * others.length);
  });

  it('numbers its streams apart', () => {
    expect(new Set(Object.values(streams)).size).toBe(Object.values(streams).length);
  });
});

/** Every |z score| below 5.5: false alarms at 4e-8 each, so at 1e-6 for all of them. */
describe('the law of the normals', () => {
  const count = 400_000;
  const z = Float64Array.from({ length: 20 }, (_, draw) => draw).reduce((all, draw) => {
    all.set(normals({ ...position, draw }, count / 20), (draw * count) / 20);
    return all;
  }, new Float64Array(count));

  it.each([
    [1, 0, 1],
    [2, 1, 3],
    [3, 0, 15],
    [4, 3, 105],
    [6, 15, 10395],
  ])('has moment %i = %i', (power, moment, momentOfTwice) => {
    expect(Math.abs(score(z, power, moment, momentOfTwice))).toBeLessThan(5.5);
  });

  it('tells a standard deviation of 1.01 from 1', () => {
    const wider = z.map((x) => 1.01 * x);
    expect(score(wider, 2, 1, 3)).toBeGreaterThan(5.5);
  });

  it.each([1, 4, 16, 20_000])('does not correlate, nor do its squares, at lag %i', (lag) => {
    const pairs = count - lag;
    let product = 0;
    let squares = 0;
    for (let i = 0; i < pairs; i++) {
      product += z[i] * z[i + lag];
      squares += (z[i] ** 2 - 1) * (z[i + lag] ** 2 - 1);
    }
    expect(Math.abs(product) / Math.sqrt(pairs)).toBeLessThan(5.5);
    expect(Math.abs(squares) / (2 * Math.sqrt(pairs))).toBeLessThan(5.5);
  });
});

/** The z score of the mean power, given the normal law's moments of that power and of twice it. */
function score(z: Float64Array, power: number, moment: number, momentOfTwice: number): number {
  const mean = z.reduce((sum, x) => sum + x ** power, 0) / z.length;
  return (mean - moment) / Math.sqrt((momentOfTwice - moment ** 2) / z.length);
}

function normalWords(): number[] {
  return Array.from({ length: 250 }, (_, block) => philox4x32([block, 0, 0, 0], [9, 9])).flat();
}
