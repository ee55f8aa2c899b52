import { counter, philox4x32, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { instantiateKernel } from '../src/kernel.ts';
import { kernelModule } from './kernel-module.ts';

const seeds: [number, number][] = [
  [0, 0],
  [42, 0],
  [0, 1],
  [0xffffffff, 0xffffffff],
  [0x89abcdef, 0x01234567],
];
const draws = [0, 1, 123_456_789, 0xffffffff];
const layers = [0, 1, 499, 0xffffffff];
/** Of a position none of whose words is small. */
const far = { seeds: seeds.slice(-1), draws: draws.slice(2, 3), layers: layers.slice(2, 3) };

describe('the words of the kernel', () => {
  it.each([
    [2, { seeds, draws, layers }],
    [6, far],
    [64, far],
  ])('are those of libs/random, %i groups of four blocks', (groups, { seeds, draws, layers }) => {
    const { exports } = instantiateKernel(kernelModule);
    exports.reserveGroups(groups);
    const at = exports.reserve(64 * groups);
    const words = new Uint32Array(exports.memory.buffer, at, 16 * groups);
    for (const key of seeds) {
      exports.setSeed(...key);
      for (const stream of Object.values(streams)) {
        for (const draw of draws) {
          exports.startDraw(draw, stream);
          for (const layer of layers) {
            exports.startLayer(layer);
            exports.words(at, groups);
            const position = { key, stream, draw, layer };
            const expected = new Uint32Array(16 * groups);
            for (let block = 0; block < 4 * groups; block++) {
              philox4x32(counter(position, block), key).forEach((word, w) => {
                expected[16 * Math.floor(block / 4) + 4 * w + (block % 4)] = word;
              });
            }
            expect(words).toEqual(expected);
          }
        }
      }
    }
  });

  it('do not depend on how many are asked for', () => {
    const { exports } = instantiateKernel(kernelModule);
    exports.reserveGroups(64);
    const at = exports.reserve(64 * 64);
    exports.setSeed(1, 2);
    exports.startDraw(3, 4);
    exports.startLayer(5);
    exports.words(at, 64);
    const all = new Uint32Array(exports.memory.buffer, at, 16 * 64).slice();
    exports.words(at, 2);
    expect(new Uint32Array(exports.memory.buffer, at, 32)).toEqual(all.slice(0, 32));
  });
});
