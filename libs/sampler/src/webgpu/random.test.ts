import {
  boxMuller,
  counter,
  normals as oracle,
  philox4x32,
  type Block,
  type Key,
} from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { evaluate, testDevice } from '../../test/webgpu.ts';
import { normals } from './shaders/normals.ts';
import { parameters } from './shaders/parameters.ts';
import { philox } from './shaders/philox.ts';

const device = await testDevice();

const library = `${parameters}${philox}${normals}`;

/** Words as pairs of halves, which are f32 exactly. */
const halves = (words: readonly number[]) => words.flatMap((word) => [word & 0xffff, word >>> 16]);
const word = (i: number) =>
  `(u32(initial[at + ${2 * i}u]) | (u32(initial[at + ${2 * i + 1}u]) << 16u))`;

describe.skipIf(!device)('Philox4x32-10 in WGSL', () => {
  const compute = async (cases: readonly { counter: Block; key: Key }[]) => {
    const body = `
      let at = 12u * row;
      let words = philox(
        vec4u(${[0, 1, 2, 3].map(word).join()}), vec2u(${[4, 5].map(word).join()}));
      for (var i = 0u; i < 4u; i++) { output[out + i] = words[i]; }`;
    const input = cases.flatMap(({ counter, key }) => halves([...counter, ...key]));
    return evaluate(device!, { library, body, input, words: 4, rows: cases.length });
  };

  // Random123, kat_vectors.
  const published: [Block, Key, Block][] = [
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];

  it('gives the published vectors', async () => {
    const found = await compute(published.map(([counter, key]) => ({ counter, key })));
    expect(found.map((words) => [...words])).toEqual(published.map(([, , words]) => words));
  });

  it('gives the words of libs/random, bit for bit', async () => {
    const seeds: Key[] = [
      [0, 0],
      [42, 0],
      [0x89abcdef, 0x01234567],
    ];
    const cases = seeds.flatMap((key) =>
      [0, 1, 499, 0xffffffff].flatMap((layer) =>
        [0, 123_456_789, 0xffffffff].flatMap((draw) =>
          [0, 1, 20].flatMap((stream) =>
            [0, 7, 65_536].map((block) => ({
              counter: counter({ key, stream, draw, layer }, block),
              key,
            })),
          ),
        ),
      ),
    );
    const found = await compute(cases);
    found.forEach((words, i) => {
      expect([...words]).toEqual([...philox4x32(cases[i].counter, cases[i].key)]);
    });
  });
});

/** As of the kernel for the CPU: roundings of the radius, and of u, which counts where u is close to 1. */
const tolerance = (r: number) => 4e-7 * r + 2e-7 / r;

describe.skipIf(!device)('the normals in WGSL', () => {
  it('are those of libs/random, to f32 accuracy', async () => {
    const groups = 4096;
    const body = `
      let z = blockNormals(row, 3u, 1u);
      for (var i = 0u; i < 4u; i++) { output[out + i] = bitcast<u32>(z[i]); }`;
    const key: Key = [7, 8];
    const rows = 4 * groups;
    const found = await evaluate(device!, { library, body, words: 4, rows, key, stream: 5 });
    const exact = oracle({ key, stream: 5, draw: 1, layer: 3 }, 16 * groups);
    let outside = 0;
    found.forEach((words, block) => {
      const z = new Float32Array(words.slice().buffer);
      const first = 16 * (block >> 2) + (block & 3);
      for (const i of [0, 2]) {
        const [x, y] = [exact[first + 4 * i], exact[first + 4 * (i + 1)]];
        const bound = tolerance(Math.hypot(x, y));
        if (!(Math.abs(z[i] - x) <= bound && Math.abs(z[i + 1] - y) <= bound)) outside++;
      }
    });
    expect(outside).toBe(0);
  });

  it('follow extreme words', async () => {
    const extremes = [0, 1, 2, 3, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1];
    const angles = [...extremes, 2 ** 29, 2 ** 30 - 1, 2 ** 30 + 1, 3 * 2 ** 30];
    const pairs = extremes.flatMap((u) => angles.map((v) => [u, v] as const));
    const body = `
      let at = 4u * row;
      let z = boxMuller(${word(0)}, ${word(1)});
      output[out] = bitcast<u32>(z.x);
      output[out + 1u] = bitcast<u32>(z.y);`;
    const input = pairs.flatMap((pair) => halves(pair));
    const found = await evaluate(device!, { library, body, input, words: 2, rows: pairs.length });
    found.forEach((words, i) => {
      const [u, v] = pairs[i];
      const [x, y] = new Float32Array(words.slice().buffer);
      const [cos, sin] = boxMuller(u, v);
      const bound = u < 2 ** 32 - 1 ? tolerance(Math.hypot(cos, sin)) : 2 ** -12;
      expect(Math.abs(x - cos), `cosine of ${u}, ${v}`).toBeLessThanOrEqual(bound);
      expect(Math.abs(y - sin), `sine of ${u}, ${v}`).toBeLessThanOrEqual(bound);
    });
  });
});
