/** The sampler's kernel. It uses no function of the host's mathematics, so its bits are everywhere the same. */
export { HOST, LINEAR, RELU, SIGMOID_CENTRED, SWISH, TANH, activate } from './activations';
export { pivotedCholesky } from './cholesky';
export { manyConfigure, manyDraw, manyInitial, manyStates } from './many';
export { reserve } from './memory';
export { boxMuller, normals } from './normals';
export { pairConfigure, pairDraw, pairInitial, pairStates } from './pair';
export { reserveGroups, setSeed, startDraw, startLayer, words } from './philox';
