/** The sampler's kernel. It uses no function of the host's mathematics, so its bits are everywhere the same. */
export { activate, ERF, GELU, HOST, LINEAR, RELU, SIGMOID_CENTRED, SIN, SOFTPLUS_SHIFTED, SWISH, TANH } from './activations';
export { pivotedCholesky } from './cholesky';
export { manyDraw, manyInitial, manyReserve, manyStates } from './many';
export { reserve } from './memory';
export { configure } from './network';
export { boxMuller, normals } from './normals';
export { pairDraw, pairInitial, pairReserve, pairStates } from './pair';
export { reserveGroups, setSeed, startDraw, startLayer, words } from './philox';
