import { normals } from './shaders/normals.ts';
import { parameters } from './shaders/parameters.ts';
import { philox } from './shaders/philox.ts';

/**
 * WGSL functions of the random numbers that the samplers draw: `multiplyHigh(a, b)`, the high word of
 * a product, `philox(counter, seed)`, and `blockNormals(block, layer, draw)`, four N(0, 1).
 *
 * Of group 0 it takes binding 0, a uniform buffer that begins with the key (2 words) and the stream
 * and has 32 bytes, and declares 1 as `initial: array<f32>`, 2 as `states: array<f32>` and 3 as
 * `output: array<u32>`, of which the last two can be written to.
 */
export const webgpuRandom: string = `${parameters}${philox}${normals}`;
