export { boxMuller, normals } from './normals.ts';
export { philox4x32, type Block, type Key } from './philox.ts';
export { seedKey } from './seed.ts';
export { counter, streams, type StreamPosition } from './streams.ts';
