import { philox4x32, seedKey } from '@resdiff/random';
import { instantiateKernel } from '@resdiff/sampler';
import { kernelModule } from './kernel-module.ts';

/**
 * Whether this machine runs the sampler's SIMD kernel and gets the random words that libs/random
 * defines: the reason if not.
 */
export function checkKernel(): string | undefined {
  try {
    const kernel = instantiateKernel(kernelModule());
    const { exports } = kernel;
    const key = seedKey('0x299f31d0a4093822');
    exports.setSeed(key[0], key[1]);
    exports.reserveGroups(2);
    const at = exports.reserve(128);
    exports.startDraw(0x13198a2e, 0x03707344);
    exports.startLayer(0x85a308d3);
    exports.words(at, 2);
    const words = new Uint32Array(exports.memory.buffer, at, 32);
    const expected = philox4x32([5, 0x85a308d3, 0x13198a2e, 0x03707344], key);
    const found = [words[17], words[21], words[25], words[29]];
    return expected.every((word, i) => word === found[i])
      ? undefined
      : 'its random words differ from Philox4x32-10';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
