/** The sampler's kernel. It uses no function of the host's mathematics, so its bits are everywhere the same. */
export { activate, ERF, GELU, HOST, LINEAR, RELU, SIGMOID_CENTRED, SIN, SOFTPLUS_SHIFTED, SWISH, TANH } from './activations';
export { pivotedCholesky } from './cholesky';
export { manyDraw, manyInitial, manyReserve, manyStates } from './many';
export { activateScanned, HOST_FEATURES } from './activations';
export { manyAdvance, manyStart } from './many';
export { configureFeatures } from './network';
export { reserve } from './memory';
export { configure } from './network';
export { boxMuller, normals } from './normals';
export { ntkBiases, ntkDraw, ntkGradientGram, ntkInitial, ntkReserve, ntkStart, ntkStates, ntkWeights } from './ntk';
export { differentiate } from './ntk-slopes';
export { patchesReserve } from './patches';
export { pairDraw, pairInitial, pairReserve, pairStates } from './pair';
export { reserveGroups, setSeed, startDraw, startLayer, words } from './philox';
